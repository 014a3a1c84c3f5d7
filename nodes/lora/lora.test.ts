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
