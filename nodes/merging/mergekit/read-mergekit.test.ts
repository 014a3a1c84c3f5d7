import { describe, expect, test } from 'vitest'
import { readMergekit } from './read-mergekit.ts'

const read = (text: string): ReturnType<typeof readMergekit> => readMergekit(text, ['F32', 'F16', 'Q4_K_M'])
const problems = (text: string): string[] =>
  read(text).remarks.errors.map(({ path, line, message }) => `${line} ${path}: ${message}`)

const slerp = `
slices:
  - sources:
      - model: OpenPipe/mistral-ft-optimized-1218
        layer_range: [0, 32]
      - model: mlabonne/NeuralHermes-2.5-Mistral-7B
        layer_range: [0, 32]
merge_method: slerp
base_model: OpenPipe/mistral-ft-optimized-1218
parameters:
  t:
    - filter: self_attn
      value: [0, 0.5, 0.3, 0.7, 1]
    - filter: mlp
      value: [1, 0.5, 0.7, 0.3, 0]
    - value: 0.5
dtype: float16
`

test('the file of mergekit’s own example is read whole', () => {
  const { configs, remarks } = read(slerp)
  expect({ errors: remarks.errors, notes: remarks.notes }).toEqual({ errors: [], notes: [] })
  expect(configs).toMatchObject([
    {
      method: 'slerp',
      base: { name: 'OpenPipe/mistral-ft-optimized-1218' },
      slices: [
        {
          sources: [
            { model: { name: 'OpenPipe/mistral-ft-optimized-1218' }, layers: [0, 32], settings: {} },
            { model: { name: 'mlabonne/NeuralHermes-2.5-Mistral-7B' }, layers: [0, 32], settings: {} },
          ],
        },
      ],
      settings: [
        {},
        {
          t: [
            { filter: 'self_attn', value: [0, 0.5, 0.3, 0.7, 1] },
            { filter: 'mlp', value: [1, 0.5, 0.7, 0.3, 0] },
            { value: 0.5 },
          ],
        },
      ],
      outType: 'F16',
    },
  ])
})

test('everything wrong is told at once, by path and line, with what was probably meant', () => {
  expect(
    problems(`
merge_metod: ties
merge_method: ties
base_model: base
models:
  - model: a
    parameters:
      wieght: 1
      density: high
  - modle: b
  - model: a+b+c
dtype: float12
tokenizer:
  tokens: { "<s>": { source: base } }
`),
  ).toEqual([
    '2 merge_metod: is not known; did you mean merge_method?',
    expect.stringMatching(/^12 dtype: names no type known here: float12\./),
    '14 tokenizer.tokens: is not supported: tokens keep the rows of the models that have them',
    '8 models[0].parameters.wieght: is no setting of ties; did you mean weight?',
    '9 models[0].parameters.density: must be a number, true or false, or a list of them',
    '10 models[1].modle: is not known; did you mean model?',
    '10 models[1]: has no model',
    '11 models[2].model: names no model: a+b+c',
  ])
})

test.each([
  ['nothing', '', '1 : is empty'],
  ['no method', 'models: [{ model: a }]', '1 : has no merge_method'],
  [
    'a method that is not known',
    'merge_method: tie\nmodels: [{ model: a }]',
    '1 merge_method: names no merge method known here: tie. Did you mean ties?',
  ],
  [
    'models and slices',
    'merge_method: linear\nmodels: [{ model: a }]\nslices: []',
    '1 : has models and slices; exactly one of models, slices and modules may be there',
  ],
  ['neither', 'merge_method: linear', '1 : has neither models nor slices'],
  [
    'two modules',
    'merge_method: linear\nmodules: { text: {}, vision: {} }',
    '2 modules: must hold one module: a GGUF model has no others',
  ],
  [
    'a slice without layers',
    'merge_method: passthrough\nslices: [{ sources: [{ model: a }] }]',
    '2 slices[0].sources[0]: has no layer_range',
  ],
  [
    'layers the wrong way round',
    'merge_method: passthrough\nslices: [{ sources: [{ model: a, layer_range: [4, 2] }] }]',
    '2 slices[0].sources[0].layer_range: must be two numbers: the first layer, and the first left out',
  ],
  ['a list', '- a\n- b', '1 : must be a map of keys and values'],
  [
    'a gradient of texts',
    'merge_method: slerp\nmodels: [{ model: a }]\nparameters: { t: [0, half] }',
    '3 parameters.t[1]: must be a number',
  ],
  [
    'broken YAML',
    'merge_method: "linear\nmodels: []',
    expect.stringMatching(/^2 : is no YAML: Missing closing "quote/),
  ],
  ['a key twice', 'merge_method: linear\nmerge_method: ties', '2 : is no YAML: Map keys must be unique'],
])('%s is refused', (_, text, problem) => {
  expect(problems(text)).toContainEqual(problem)
})

test('what has no effect is noted, not refused: such files are everywhere', () => {
  const { remarks } = read(`
merge_method: slerp
base_model: a@main
chat_template: chatml
models:
  - model: a
    parameters: { t: 0.5 }
  - model: b
parameters: { t: 0.5, density: 0.3 }
`)
  expect(remarks.errors).toEqual([])
  expect(remarks.notes.map(({ path, line, message }) => `${line} ${path}: ${message}`).toSorted()).toEqual([
    '3 base_model: asks for revision main; files of the models folders have none',
    '4 chat_template: has no effect: the merged model has the chat template of the model that gives its tokenizer',
    '7 models[0].parameters.t: has no effect at a model: t is a setting of the whole merge',
    '9 parameters.density: has no effect: slerp has no density',
  ])
})

test('a module, LoRAs on models, merge keys, tokenizers and types under ggml’s names are read', () => {
  const { configs, remarks } = read(`
x: &common { weight: 0.5 }
`)
  expect([configs, remarks.errors.length]).toEqual([[], 3])
  expect(
    read(`
merge_method: linear
modules:
  default:
    parameters: { normalize: false }
    models:
      - { model: a+my-lora, parameters: &half { weight: 0.5 } }
      - { model: { model: { path: b }, lora: { path: other } }, parameters: { <<: *half } }
tokenizer_source: union
dtype: bfloat16
out_dtype: Q4_K_M
`),
  ).toMatchObject({
    remarks: { errors: [], notes: [] },
    configs: [
      {
        method: 'linear',
        outType: 'Q4_K_M',
        tokenizer: 'union',
        settings: [{ normalize: false }, {}],
        slices: [
          {
            sources: [
              { model: { name: 'a', lora: 'my-lora' }, settings: { weight: 0.5 } },
              { model: { name: 'b', lora: 'other' }, settings: { weight: 0.5 } },
            ],
          },
        ],
      },
    ],
  })
})

test.each([
  [
    'beside a model',
    'slices: [{ sources: [{ model: a, revision: second, layer_range: [0, 3] }] }]',
    '1 slices[0].sources[0].revision',
  ],
  ['in a list of models', 'models: [{ model: a, revision: second }]', '1 models[0].revision'],
  ['in a model’s map', 'models: [{ model: { path: a, revision: second } }]', '1 models[0].model.revision'],
])('a revision is noted wherever mergekit takes it: %s', (_title, models, place) => {
  const { configs, remarks } = read(`${models}\nmerge_method: passthrough`)
  expect([configs.length, remarks.errors]).toEqual([1, []])
  expect(remarks.notes.map(({ path, line, message }) => `${line} ${path}: ${message}`)).toEqual([
    `${place}: asks for revision second; files of the models folders have none`,
  ])
})

test.each([
  'tokenizer_source: model:one/a',
  'tokenizer: { source: "model:one/a" }',
  'tokenizer_source: one/a',
])('a tokenizer is that of a model, named as mergekit does: %s', (tokenizer) => {
  const { configs } = read(`models: [{ model: one/a }]\nmerge_method: linear\n${tokenizer}`)
  expect(configs).toMatchObject([{ tokenizer: { name: 'one/a' } }])
})

describe('what is pasted from a model card', () => {
  const inner = 'models:\n  - model: a\nmerge_method: linear'
  test.each([
    ['with its fence', `\`\`\`yaml\n${inner}\n\`\`\`\n`],
    ['with words around it', `The following was used:\n\n\`\`\`yaml\r\n${inner}\r\n\`\`\`\nEnjoy: it!`],
    ['without the end of the fence', `~~~\n${inner}`],
    ['with spaces of a web page', inner.replaceAll('  ', '\u00a0\u00a0')],
  ])('is read: %s', (_title, text) => {
    expect(problems(text)).toEqual([])
    expect(read(text).configs).toMatchObject([
      { method: 'linear', slices: [{ sources: [{ model: { name: 'a' } }] }] },
    ])
  })

  test('lines are counted in what was pasted, and of two texts none is chosen', () => {
    expect(problems(`Used:\n\`\`\`yaml\nmodels: [{ modle: a }]\nmerge_method: linear\n\`\`\``)[0]).toMatch(
      /^3 models/,
    )
    const fenced = `\`\`\`\n${inner}\n\`\`\`\n`
    expect(problems(fenced + fenced)).toEqual(['6 : holds two fenced texts; paste one of them'])
  })
})

test('several documents are several merges, as mergekit-mega takes them', () => {
  const { configs, remarks } = read(`
name: first
merge_method: linear
models: [{ model: a }]
---
merge_method: linear
models: [{ model: first }]
`)
  expect({ names: configs.map(({ name }) => name), errors: remarks.errors }).toEqual({
    names: ['first', undefined],
    errors: [],
  })
})

test('a file of aliases that would unfold without end is refused', () => {
  const settings = Array.from({ length: 400 }, (_, i) => `${i}`).join(', ')
  const gradients = Array.from({ length: 300 }, () => '{ model: a, parameters: { weight: *g } }').join(', ')
  const text = `merge_method: linear\nparameters: { weight: &g [${settings}] }\nmodels: [${gradients}]`
  expect(problems(text)).toContainEqual(expect.stringContaining('holds more than 100000 values'))
})
