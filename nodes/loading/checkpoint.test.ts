import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'

/*
   checkpoint ──► applied
   style ─────────┘
*/
test('a checkpoint is a recipe of its files and the type they are to have, and takes LoRAs as any model does', async () => {
  const { outputs } = await runGraph({
    checkpoint: {
      type: 'loading/checkpoint',
      inputs: { folder: 'me/model', type: 'Q8_0', contextSize: 512 },
    },
    style: { type: 'lora/load', inputs: { file: 'me/style' } },
    applied: {
      type: 'lora/apply',
      links: { model: ['checkpoint', 'model'], lora: ['style', 'lora'] },
    },
  })
  expect(outputs['applied']?.['model']).toEqual({
    kind: 'checkpoint',
    folder: 'me/model',
    files: ['config.json', 'model.safetensors'],
    outputType: 'Q8_0',
    contextSize: 512,
    adapters: [{ peft: 'me/style', strength: 1 }],
  })
})
