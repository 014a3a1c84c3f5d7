import { expect, test } from 'vitest'
import type { WorkflowNode } from '@woolgather/workflow'
import { woolgather } from './cli.ts'
import { createScratch, type Scratch } from './scratch.ts'

/*
   model ──────────┬─► story ─► texts
   seeds ──► seed ─┤            said
   lora ───────────┘
*/
const stories = (seeds: string): Record<string, WorkflowNode> => ({
  model: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' } },
  seeds: { type: 'matrix/axis', inputs: { values: seeds } },
  strengths: { type: 'matrix/axis', inputs: { values: '0, 0.5' } },
  lora: { type: 'lora/load', inputs: { file: 'demo/pirate.lora.gguf' } },
  pirate: {
    type: 'lora/apply',
    links: { model: ['model', 'model'], lora: ['lora', 'lora'], strength: ['strengths', 'value'] },
  },
  negative: {
    type: 'steering/negative',
    inputs: { prompt: 'Tell me a story about the sea.', negative: 'Tell me a gloomy story.' },
  },
  story: {
    type: 'generation/generate',
    inputs: { maxTokens: 24, temperature: 1, logprobs: 0 },
    links: { model: ['pirate', 'model'], prompt: ['negative', 'mix'], seed: ['seeds', 'value'] },
  },
  texts: { type: 'output/preview', links: { value: ['story', 'logprobs'] } },
  said: { type: 'output/preview', links: { value: ['story', 'reproducible'] } },
})

interface Cells {
  cells: { value: unknown }[]
}

async function run(
  scratch: Scratch,
  options: { seeds: string; data: string; set?: string },
): Promise<{ texts: unknown[]; said: unknown[]; stdout: string }> {
  const workflow = await scratch.writeWorkflow(stories(options.seeds))
  const folders = ['--output', scratch.folder, '--data', scratch.path(options.data)]
  const set = options.set === undefined ? [] : ['--set', options.set]
  const out = ['--out', scratch.path('result.json')]
  const { code, stderr, stdout } = await woolgather(['run', workflow, ...folders, ...set, ...out])
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const { outputs } = (await scratch.readJson('result.json')) as {
    outputs: { texts: { value: Cells }; said: { value: Cells } }
  }
  const values = ({ cells }: Cells): unknown[] => cells.map(({ value }) => value)
  return { texts: values(outputs.texts.value), said: values(outputs.said.value), stdout }
}

test('with `--set model.reproducible=true` a swept mix under a LoRA writes, to the last bit, what it writes alone', async () => {
  await using scratch = await createScratch()
  const set = 'model.reproducible=true'
  const together = await run(scratch, { seeds: '11, 12, 13, 14, 15, 16, 17', data: 'together', set })
  const alone = await run(scratch, { seeds: '14', data: 'alone', set })
  expect(together.said).toEqual(Array(14).fill('guaranteed'))
  // cells come by seed, then strength
  expect(alone.texts).toEqual(together.texts.slice(6, 8))
})

test('what was written without `reproducible` is not taken for what it gives', async () => {
  await using scratch = await createScratch()
  const usual = await run(scratch, { seeds: '1', data: 'data' })
  const again = await run(scratch, { seeds: '1', data: 'data', set: 'model.reproducible=true' })
  expect([usual.said, again.said]).toEqual([Array(2).fill('off'), Array(2).fill('guaranteed')])
})
