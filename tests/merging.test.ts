import type { Json, LabelledValue, WorkflowNode } from '@woolgather/workflow'
import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { woolgather } from './cli.ts'
import { createScratch, type Scratch } from './scratch.ts'
import { topicOf } from './score-story.ts'

type Outputs = Record<string, Record<string, Json>>

async function run(scratch: Scratch, file: string): Promise<Outputs> {
  const folders = [
    '--data',
    scratch.path('data'),
    '--output',
    scratch.folder,
    '--models',
    scratch.path('models'),
  ]
  const { code, stderr } = await woolgather(['run', file, ...folders, '--out', scratch.path('result.json')])
  expect({ code, stderr }).toMatchObject({ code: 0 })
  return ((await scratch.readJson('result.json')) as { outputs: Outputs }).outputs
}

const madeFiles = async (scratch: Scratch): Promise<string[]> =>
  (await readdir(scratch.path('data/made'))).filter((name) => name.endsWith('.gguf'))

const fineTunes: Record<string, WorkflowNode> = {
  animals: { type: 'loading/model', inputs: { file: 'demo/storyteller-animals.gguf' } },
  space: { type: 'loading/model', inputs: { file: 'demo/storyteller-space.gguf' } },
}
const blend = (ratio: WorkflowNode['inputs'], links: WorkflowNode['links'] = {}): WorkflowNode => ({
  type: 'merging/weighted-sum',
  ...(ratio && { inputs: ratio }),
  links: { first: ['animals', 'model'], second: ['space', 'model'], ...links },
})

/** Stories of each ratio. */
const seeds = process.env['WOOLGATHER_TEST_FULL'] === '1' ? 100 : 40

test('the two fine-tunes at 50/50 tell stories of both topics, and the share of one follows the ratio', async () => {
  await using scratch = await createScratch()
  const file = await scratch.writeWorkflow({
    ...fineTunes,
    ratios: { type: 'matrix/axis', inputs: { values: '0, 0.25, 0.5, 0.75, 1' } },
    seeds: { type: 'matrix/seeds', inputs: { count: seeds, seed: 1 } },
    blend: blend(undefined, { ratio: ['ratios', 'value'] }),
    story: {
      type: 'generation/generate',
      inputs: { prompt: 'Tell me a story.', maxTokens: 60 },
      links: { model: ['blend', 'model'], seed: ['seeds', 'seed'] },
    },
    grid: { type: 'matrix/grid', links: { values: ['story', 'text'] } },
  })
  const { grid = {} } = await run(scratch, file)
  const { cells } = grid['values'] as unknown as LabelledValue
  const count = (topic: string): number[] =>
    [0, 1, 2, 3, 4].map(
      (ratio) =>
        cells.filter(
          (cell) => cell.at['ratios'] === ratio && 'value' in cell && topicOf(String(cell.value)) === topic,
        ).length,
    )
  const [animals, space] = [count('animals'), count('space')]
  expect(animals[2]).toBeGreaterThanOrEqual(0.3 * seeds)
  expect(space[2]).toBeGreaterThanOrEqual(0.3 * seeds)
  // Of the stories that are of either: both fine-tunes now and then tell of something else.
  const shares = space.map((stories, ratio) => stories / (stories + animals[ratio]!))
  expect(shares).toEqual(shares.toSorted((a, b) => a - b))
  expect([shares[0], shares[4]]).toEqual([0, 1])
  expect(await madeFiles(scratch)).toHaveLength(5)
})

test('a sweep of ratio, method and prompt makes each distinct merge once, and none again', async () => {
  await using scratch = await createScratch()
  await run(scratch, 'workflows/merge-sweep.json')
  const made = await madeFiles(scratch)
  // 2 ratios × 3 methods, of 48 stories
  expect(made).toHaveLength(6)
  await run(scratch, 'workflows/merge-sweep.json')
  expect((await madeFiles(scratch)).toSorted()).toEqual(made.toSorted())
})

test('a saved merge is a model like any other, in the type that was asked, and carries its workflow', async () => {
  await using scratch = await createScratch()
  const nodes: Record<string, WorkflowNode> = {
    ...fineTunes,
    blend: blend({ ratio: 0.9 }),
    save: {
      type: 'output/save-model',
      inputs: { file: 'merges/blend.gguf', type: 'Q8_0' },
      links: { model: ['blend', 'model'] },
    },
    saved: { type: 'loading/model', links: { file: ['save', 'file'] } },
    story: {
      type: 'generation/generate',
      inputs: { prompt: 'Tell me a story.', maxTokens: 60, seed: 3 },
      links: { model: ['saved', 'model'] },
    },
  }
  const file = await scratch.writeWorkflow(nodes)
  const { story } = await run(scratch, file)
  expect(topicOf(String(story?.['text']))).toBe('space')
  // straight to its place: nothing else needed the merge
  expect(await readdir(scratch.path('models/merges'))).toEqual(['blend.gguf'])
  const models = ['--models', scratch.path('models')]
  const printed = await woolgather(['recipe', 'merges/blend.gguf', ...models])
  expect((JSON.parse(printed.stdout) as { nodes: unknown }).nodes).toEqual(nodes)
  const only = await woolgather(['recipe', 'merges/blend.gguf', '--only', ...models])
  expect(JSON.parse(only.stdout)).toMatchObject({
    kind: 'merge',
    method: 'weighted_sum',
    parameters: { multiplier: 0.9 },
  })
  await run(scratch, file)
  expect((await readdir(scratch.path('models/merges'))).toSorted()).toEqual(['blend-2.gguf', 'blend.gguf'])
})

test('a merge that cannot be is an error of the cell that needs it, naming what does not fit', async () => {
  await using scratch = await createScratch()
  const file = await scratch.writeWorkflow({
    ...fineTunes,
    stack: {
      type: 'merging/layers',
      inputs: { layers: '1: 0-2' },
      links: { models: [['space', 'model']] },
    },
    blend: blend({ ratio: 0.5 }, { second: ['stack', 'model'] }),
    save: {
      type: 'output/save-model',
      inputs: { file: 'merges/odd.gguf' },
      links: { model: ['blend', 'model'] },
    },
  })
  const folders = [
    '--data',
    scratch.path('data'),
    '--output',
    scratch.folder,
    '--models',
    scratch.path('models'),
  ]
  const { code, stderr, stdout } = await woolgather(['run', file, ...folders])
  expect(code).toBe(1)
  expect(stdout + stderr).toContain(
    'demo/storyteller-animals.gguf has 4 layers, and layers of demo/storyteller-space.gguf has 3.',
  )
  expect(await readdir(scratch.path('models/merges'))).toEqual([])
})
