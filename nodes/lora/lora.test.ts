import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

const model = { type: 'loading/model', inputs: { file: 'base.gguf' } }
const pirate = { type: 'lora/load', inputs: { file: 'pirate.gguf', strength: 0.5 } }
const formal = { type: 'lora/load', inputs: { file: 'formal.gguf' } }

/*
   model ──► a ──► b
   pirate ───┘     │
   formal ─────────┘
*/
test('LoRAs stack in the order they are applied, each times its own strength, which may be negative', async () => {
  const { outputs } = await runGraph({
    model,
    pirate,
    formal,
    a: {
      type: 'lora/apply',
      inputs: { strength: 2 },
      links: { model: ['model', 'model'], lora: ['pirate', 'lora'] },
    },
    b: {
      type: 'lora/apply',
      inputs: { strength: -0.25 },
      links: { model: ['a', 'model'], lora: ['formal', 'lora'] },
    },
  })
  expect(outputs['b']).toEqual({
    model: {
      kind: 'file',
      file: 'base.gguf',
      adapters: [
        { file: 'pirate.gguf', strength: 1 },
        { file: 'formal.gguf', strength: -0.25 },
      ],
    },
  })
})

/*
   model ────► applied ──► all
   strengths ──┘
*/
test('a strength can be swept', async () => {
  const { outputs } = await runGraph({
    model,
    formal,
    strengths: { type: 'matrix/axis', inputs: { values: [0, 1] } },
    applied: {
      type: 'lora/apply',
      links: { model: ['model', 'model'], lora: ['formal', 'lora'], strength: ['strengths', 'value'] },
    },
    all: { type: 'matrix/join', links: { values: ['applied', 'model'] } },
  })
  expect(outputs['all']?.['list']).toMatchObject([
    { adapters: [{ strength: 0 }] },
    { adapters: [{ strength: 1 }] },
  ])
})

test('a model where a LoRA belongs is refused before anything runs', async () => {
  const { status, errors } = await runGraph({
    model,
    applied: { type: 'lora/apply', links: { model: ['model', 'model'], lora: ['model', 'model'] } },
  })
  expect({ status, error: errors[0] }).toMatchObject({
    status: 'failed',
    error: { code: 'type-mismatch', node: 'applied', input: 'lora' },
  })
})

/*
   pirate ──► both
   formal ───┘
*/
test('combined LoRAs are a recipe with a weight for each, times their own strengths', async () => {
  const { outputs } = await runGraph({
    pirate,
    formal,
    both: {
      type: 'lora/combine',
      inputs: { weights: '1, -0.5', method: 'ties_svd', rank: 4 },
      links: {
        loras: [
          ['pirate', 'lora'],
          ['formal', 'lora'],
        ],
      },
    },
  })
  expect(outputs['both']?.['lora']).toEqual({
    kind: 'lora',
    strength: 1,
    combine: {
      loras: [
        { file: 'pirate.gguf', strength: 0.5, weight: 1 },
        { file: 'formal.gguf', strength: 1, weight: -0.5 },
      ],
      method: 'ties_svd',
      rank: 4,
      density: 0.5,
      majority: 'total',
    },
  })
})

test.each([
  ['1, 2, 3', 'There are 3 weights for 1 LoRA.'],
  ['much', '“much” is no list of weights.'],
])('weights %s of one LoRA are refused', async (weights, message) => {
  const { errors } = await runGraph({
    pirate,
    one: { type: 'lora/combine', inputs: { weights }, links: { loras: [['pirate', 'lora']] } },
  })
  expect(errors[0]).toMatchObject({ code: 'invalid-input', node: 'one', input: 'weights', message })
})

/*
   tuned ──► extract
   model ───┘
*/
test('an extracted LoRA is a recipe of two models; an energy takes the place of the rank', async () => {
  const { outputs } = await runGraph({
    model,
    tuned: { type: 'loading/model', inputs: { file: 'tuned.gguf' } },
    extract: {
      type: 'lora/extract',
      inputs: { energy: 0.9 },
      links: { tuned: ['tuned', 'model'], base: ['model', 'model'] },
    },
  })
  expect(outputs['extract']?.['lora']).toMatchObject({
    kind: 'lora',
    extract: {
      tuned: { file: 'tuned.gguf' },
      base: { file: 'base.gguf' },
      energy: 0.9,
      embeddings: false,
    },
  })
})

/*
   model ──► applied ──► baked
   pirate ───┘           │
   formal ───────────────┘
*/
test('a baked model holds the LoRAs applied to it and those it is given, and is loaded as before', async () => {
  const { outputs } = await runGraph({
    model: { ...model, inputs: { ...model.inputs, contextSize: 64 } },
    pirate,
    formal,
    applied: { type: 'lora/apply', links: { model: ['model', 'model'], lora: ['pirate', 'lora'] } },
    baked: {
      type: 'lora/bake',
      inputs: { strength: 0.25, type: 'Q8_0' },
      links: { model: ['applied', 'model'], loras: [['formal', 'lora']] },
    },
  })
  expect(outputs['baked']).toEqual({
    model: {
      kind: 'merge',
      method: 'passthrough',
      models: [
        {
          model: {
            kind: 'file',
            file: 'base.gguf',
            adapters: [
              { file: 'pirate.gguf', strength: 0.5 },
              { file: 'formal.gguf', strength: 0.25 },
            ],
          },
          parameters: {},
        },
      ],
      parameters: {},
      vocabulary: 'same',
      outputType: 'Q8_0',
      contextSize: 64,
      adapters: [],
    },
  })
})
