import type { Json, RunError, WorkflowNode } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'
import { runNode } from '../testing/run-node.ts'

const merge = (config: string, inputs: Record<string, Json> = {}): ReturnType<typeof runNode> =>
  runNode('merging/mergekit', { config, ...inputs })

const problemsOf = async (config: string, inputs: Record<string, Json> = {}): Promise<string> =>
  ((await merge(config, inputs)) as RunError).message

const file = (name: string, adapters: Json[] = []): Json => ({ kind: 'file', file: name, adapters })

test('models are found by their names, whatever folder and quantisation they have; the base is no model', async () => {
  const config = `
merge_method: dare_ties
base_model: someone/base
models:
  - model: someone/base
  - model: other/Tuned
    parameters: { weight: [0, 1], density: 0.4 }
  - model: other/tuned-13b+style
    parameters:
      weight:
        - { filter: mlp, value: 0.5 }
        - value: 0.2
parameters: { normalize: true }
tokenizer_source: base
dtype: float16
`
  expect(await merge(config, { seed: 7 })).toEqual({
    model: {
      kind: 'merge',
      method: 'dare_ties',
      base: file('demo/base.gguf'),
      models: [
        { model: file('demo/tuned.Q8_0.gguf'), parameters: { weight: [0, 1], density: 0.4 } },
        {
          model: file('other/tuned-13b.gguf', [{ file: 'demo/style.lora.gguf', strength: 1 }]),
          parameters: { weight: [{ filter: 'mlp', value: 0.5 }, { value: 0.2 }] },
        },
      ],
      parameters: { normalize: true },
      vocabulary: 'base',
      outputType: 'F16',
      seed: 7,
      adapters: [],
    },
    notes: [],
  })
})

test('a checkpoint and a PEFT adapter are found by their folders, or by what stands for them', async () => {
  const config = `
merge_method: linear
models:
  - { model: me/model+me/manner, parameters: { weight: 1 } }
  - { model: someone/else, parameters: { weight: 1 } }
`
  const checkpoint = {
    kind: 'checkpoint',
    folder: 'me/model',
    files: ['config.json', 'model.safetensors'],
    outputType: 'auto',
  }
  expect(await merge(config, { names: 'someone/else = me/model' })).toMatchObject({
    model: {
      models: [
        { model: { ...checkpoint, adapters: [{ peft: 'me/manner', strength: 1 }] } },
        { model: { ...checkpoint, adapters: [] } },
      ],
    },
  })
  expect(await problemsOf(config)).toContain('there is no model file for someone/else')
})

test('a checkpoint is downloaded where its address is written in the node, not where it came over a link or is in a file', async () => {
  const config = 'merge_method: linear\nmodels: [{ model: hf:me/secret, parameters: { weight: 1 } }]'
  const run = async (inputs: Record<string, Json>, from?: 'config' | 'names'): Promise<string> => {
    const text: WorkflowNode = {
      type: 'text/text',
      inputs: { text: from === 'names' ? 'a = hf:me/secret' : config },
    }
    const links: WorkflowNode['links'] = from && { [from]: ['text', 'text'] }
    const { errors } = await runGraph({
      text,
      merge: { type: 'merging/mergekit', inputs, ...(links && { links }) },
    })
    return errors.map(({ message }) => message).join()
  }
  expect(await run({ config })).toBe('')
  expect(await run({ config: config.replace('hf:me/secret', 'a'), names: 'a = hf:me/secret' })).toBe('')
  expect(await run({}, 'config')).toContain('there is no model file for hf:me/secret')
  expect(await run({ config: config.replace('hf:me/secret', 'a') }, 'names')).toContain(
    'there is no model file',
  )
  expect(await run({ names: 'a = hf:me/secret' }, 'config')).toContain(
    'there is no model file for hf:me/secret',
  )
})

test('slices keep their layers, and parameters stay where they are given', async () => {
  const config = `
merge_method: slerp
base_model: base
slices:
  - sources:
      - { model: base, layer_range: [0, 2] }
      - { model: tuned, layer_range: [1, 3] }
    parameters: { t: 0.3 }
  - sources:
      - { model: base, layer_range: [2, 4] }
      - { model: tuned, layer_range: [2, 4] }
parameters: { t: [0, 1] }
`
  expect(await merge(config)).toMatchObject({
    model: {
      method: 'slerp',
      base: file('demo/base.gguf'),
      models: [{ model: file('demo/tuned.Q8_0.gguf'), parameters: {} }],
      parameters: { t: [0, 1] },
      slices: [
        {
          sources: [
            { model: 'base', from: 0, to: 2 },
            { model: 0, from: 1, to: 3 },
          ],
          parameters: { t: 0.3 },
        },
        {
          sources: [
            { model: 'base', from: 2, to: 4 },
            { model: 0, from: 2, to: 4 },
          ],
        },
      ],
      vocabulary: 'same',
      outputType: 'auto',
    },
  })
})

test('a frankenmerge stacks one model on itself: it is one model of the recipe', async () => {
  const config = `
merge_method: passthrough
slices:
  - sources: [{ model: base, layer_range: [0, 3], parameters: { scale: 0.5 } }]
  - sources: [{ model: base, layer_range: [1, 4] }]
`
  expect(await merge(config)).toMatchObject({
    model: {
      models: [{ model: file('demo/base.gguf'), parameters: {} }],
      slices: [
        { sources: [{ model: 0, from: 0, to: 3, parameters: { scale: 0.5 } }] },
        { sources: [{ model: 0, from: 1, to: 4 }] },
      ],
    },
  })
})

test('a module’s settings come before those of the whole merge, which count where no filter of it matches', async () => {
  const config = `
merge_method: linear
modules:
  text:
    parameters:
      weight:
        - { filter: attn, value: 0.7 }
    models: [{ model: base }, { model: tuned }]
parameters: { weight: 0.5, normalize: false }
`
  expect(await merge(config)).toMatchObject({
    model: {
      models: [{ model: file('demo/base.gguf') }, { model: file('demo/tuned.Q8_0.gguf') }],
      parameters: { weight: [{ filter: 'attn', value: 0.7 }, { value: 0.5 }], normalize: false },
    },
  })
})

test('a later document uses an earlier one by its name', async () => {
  const config = `
name: half
merge_method: linear
models: [{ model: base }, { model: tuned }]
---
merge_method: linear
models: [{ model: half+style }, { model: tuned-13b }]
`
  expect(await merge(config)).toMatchObject({
    model: {
      models: [
        {
          model: {
            kind: 'merge',
            models: [{ model: file('demo/base.gguf') }, { model: file('demo/tuned.Q8_0.gguf') }],
            adapters: [{ file: 'demo/style.lora.gguf', strength: 1 }],
          },
        },
        { model: file('other/tuned-13b.gguf') },
      ],
    },
  })
})

test('a misspelled setting ends with a question, and nothing after it', async () => {
  const config = 'merge_method: linear\nmodels: [{ model: base }, { model: tuned }]\ndtpe: float16'
  expect(await problemsOf(config)).toMatch(/did you mean dtype\?$/)
})

test('names that are no file’s, or several files’, are told by line with what to write', async () => {
  const config = 'merge_method: linear\nmodels:\n  - model: org/one\n  - model: org/basis\n  - model: tuned'
  expect(await problemsOf(config)).toBe(
    '2 things are wrong: line 3, models[0].model: org/one could be twice/one.F16.gguf or twice/one.Q4_K_M.gguf. Say which under “Files”: org/one = …; line 4, models[1].model: there is no model file for org/basis. Is it demo/base.gguf? Say which under “Files”: org/basis = ….',
  )
  const names = 'org/one = twice/one.F16.gguf\n org/basis = demo/base.gguf'
  expect(await merge(config, { names })).toMatchObject({
    model: {
      models: [
        { model: file('twice/one.F16.gguf') },
        { model: file('demo/base.gguf') },
        { model: file('demo/tuned.Q8_0.gguf') },
      ],
    },
  })
  expect(await problemsOf(config, { names: 'org/one = gone.gguf' })).toContain(
    'there is no model file gone.gguf',
  )
  expect(await problemsOf(config, { names: 'org/one' })).toBe(
    '“org/one” does not say which file a name stands for.',
  )
})

test.each([
  [
    'a base that is missing',
    'merge_method: ties\nmodels: [{ model: tuned }]',
    'line 1: needs a base_model: ties has one.',
  ],
  [
    'a base of one slice',
    'merge_method: slerp\nbase_model: base\nslices:\n  - base_model: tuned\n    sources: [{ model: base, layer_range: [0, 1] }, { model: tuned, layer_range: [0, 1] }]',
    'line 4, slices[0].base_model: must be the base_model of the whole merge: slices have no base of their own here.',
  ],
  [
    'a tokenizer of a stranger',
    'merge_method: linear\nmodels: [{ model: tuned }]\ntokenizer_source: base-7b',
    'line 3, tokenizer_source: must be one of the models: base-7b.',
  ],
])('%s is refused', async (_, config, message) => {
  expect(await problemsOf(config)).toBe(message)
})

test('what has no effect is among the notes, by line', async () => {
  const config = 'merge_method: linear\nbase_model: base\nmodels: [{ model: tuned }]\nchat_template: chatml\n'
  expect(await merge(config)).toMatchObject({
    notes: [
      'line 2, base_model: has no effect: linear has no base',
      'line 4, chat_template: has no effect: the merged model has the chat template of the model that gives its tokenizer',
    ],
  })
})
