import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Json, Table, Workflow, WorkflowNode } from '@woolgather/workflow'
import { woolgather } from './cli.ts'
import { root } from './scratch.ts'
import { isPirate, moodOf, topicOf } from './score-story.ts'
import { serve } from './server.ts'

/** Full: as many seeds as docs/steering.md has figures for; else enough to see that it works. */
const isFull = process.env['WOOLGATHER_TEST_FULL'] === '1'
const seeds = isFull ? 100 : 8
/** With few seeds, one more or less is much. */
const slack = isFull ? 0 : 0.2

let server: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  server = await serve()
})
afterAll(() => server?.[Symbol.asyncDispose]())

/** Of each row of the example's grid, by its heading: the share of texts that hold. Printed as docs/steering.md has it. */
async function measure(
  example: string,
  settings: Record<string, string>,
  holds: (text: string) => boolean,
): Promise<Record<string, number>> {
  const shares = sharesOf(await runExample(example, settings), holds)
  console.log(
    `| ${example} | ${Object.entries(shares)
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([value, share]) => `${value}: ${share.toFixed(2)}`)
      .join(', ')} |`,
  )
  return shares
}

async function runExample(example: string, settings: Record<string, string>): Promise<Record<string, Table>> {
  const { scratch, there } = server
  const set = Object.entries({ 'seeds.count': String(seeds), ...settings }).flatMap(([input, value]) => [
    '--set',
    `${input}=${value}`,
  ])
  const result = [...there, '--out', scratch.path('result.json')]
  const { code, stderr } = await woolgather(['run', `workflows/${example}.json`, ...set, ...result])
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const { outputs } = (await scratch.readJson('result.json')) as { outputs: Record<string, { table?: Json }> }
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([node, { table }]) =>
      table ? [[node, table as unknown as Table]] : [],
    ),
  )
}

function sharesOf({ grid }: Record<string, Table>, holds: (text: string) => boolean): Record<string, number> {
  const rows = (grid?.rows ?? []) as string[][]
  return Object.fromEntries(
    rows.map(([heading, ...texts]) => [String(heading), texts.filter(holds).length / texts.length]),
  )
}

const rising = (shares: readonly (number | undefined)[]): boolean =>
  shares.every(
    (share, index) => index === 0 || (share ?? 0) >= (shares[index - 1] ?? 0) - Math.max(slack, 0.03),
  )

test('a negative prompt at 1.5 and 2 removes a topic that is there without it', async () => {
  const castles = (text: string): boolean => topicOf(text) === 'castles'
  const shares = await measure('negative-prompt', {}, castles)
  expect(shares['1']).toBeGreaterThanOrEqual(0.2 - slack)
  expect(shares['1.5']).toBeLessThanOrEqual(0.02)
  expect(shares['2']).toBeLessThanOrEqual(0.02)
})

test('the share of an emphasised attribute rises with its weight', async () => {
  const gloomy = (text: string): boolean => moodOf(text) === 'gloomy'
  const shares = await measure('emphasis', { 'weights.values': '-1, 0, 0.5, 1, 1.5, 2, 3' }, gloomy)
  expect(rising(['-1', '0', '0.5', '1', '1.5', '3'].map((weight) => shares[weight]))).toBe(true)
  expect(shares['0.5']).toBeLessThan(0.15)
  expect(shares['1.5']).toBeGreaterThanOrEqual(0.9 - slack)
})

test('AND of a mood and a topic gives both', async () => {
  const { grid } = await runExample('and-prompts', {})
  const stories = (grid?.rows.flat() ?? []) as string[]
  const both = stories.filter((text) => moodOf(text) === 'happy' && topicOf(text) === 'sea').length / seeds
  console.log(`| and-prompts | both: ${both.toFixed(2)} |`)
  expect(both).toBeGreaterThanOrEqual(0.95)
})

test('guidance between a model and its LoRA rises from nothing to all, as the LoRA’s strength does', async () => {
  const weights = ['0', '0.25', '0.5', '0.75', '1']
  const values = weights.join(', ')
  const mixed = await measure('guidance-between-models', { 'weights.values': values }, isPirate)
  const plain = await measure('lora-strength', { 'strengths.values': values }, isPirate)
  expect([mixed['0'], mixed['1'], plain['0'], plain['1']]).toEqual([0, 1, 0, 1])
  const [points, others] = [mixed, plain].map((shares) => weights.map((weight) => shares[weight]))
  expect([rising(points ?? []), rising(others ?? [])]).toEqual([true, true])
  expect(plain['0.5']).toBeGreaterThan(0.35 - slack)
  expect(plain['0.5']).toBeLessThan(0.65 + slack)
})

test('a bias of 3 on a topic’s words triples it, and “never” leaves none', async () => {
  const space = (text: string): boolean => topicOf(text) === 'space'
  const shares = await measure('word-bias', {}, space)
  expect(shares['3']).toBeGreaterThanOrEqual(3 * (shares['0'] ?? 1))
  expect(shares['never']).toBe(0)
})

test('a control vector leads from one mood to the other', async () => {
  const strengths = { 'strengths.values': '-2, -1, 0, 1, 2' }
  const happy = await measure('control-vector', strengths, (text) => moodOf(text) === 'happy')
  expect(rising(['2', '1', '0', '-1', '-2'].map((strength) => happy[strength]))).toBe(true)
  expect(happy['2']).toBeLessThan(0.05)
  expect(happy['-2']).toBeGreaterThanOrEqual(0.8 - slack)
})

test.each(['regex', 'grammar', 'json-schema'])(
  'every answer under a %s at temperature 1 is valid',
  async (example) => {
    const count = isFull ? 200 : 8
    const { valid } = await runExample(example, { 'seeds.count': String(count) })
    const verdicts = valid?.rows.flat() ?? []
    console.log(
      `| ${example} | valid: ${verdicts.filter((verdict) => verdict === true).length} of ${verdicts.length} |`,
    )
    expect(verdicts).toEqual(Array.from({ length: count }, () => true))
  },
)

test.each([
  'Once upon a time, a knight lived behind the throne. He counted the swords on the wall.',
  'Not so long ago, a baker came to live in the bakery. All week long she baked bread.',
])('at ±1 of a control vector the model still finds a story of its kind likely: %s', async (told) => {
  const { scratch, there } = server
  const text = await readFile(path.join(root, 'workflows/control-vector.json'), 'utf8')
  const { model, mood, steer } = (JSON.parse(text) as Workflow).nodes as Record<string, WorkflowNode>
  const file = await scratch.writeWorkflow({
    model: model!,
    mood: mood!,
    steer: steer!,
    strengths: { type: 'matrix/axis', inputs: { values: [-1, 0, 1] } },
    likely: {
      type: 'generation/score',
      inputs: { prompt: 'Tell me a story.', choices: [told] },
      links: { model: ['steer', 'model'] },
    },
    show: { type: 'output/preview', links: { value: ['likely', 'perplexity'] } },
  })
  const { code, stderr } = await woolgather(['run', file, ...there, '--out', scratch.path('likely.json')])
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const { outputs } = (await scratch.readJson('likely.json')) as {
    outputs: { show: { value: { cells: { value: number }[] } } }
  }
  const [less = Infinity, plain = 0, more = Infinity] = outputs.show.value.cells.map(({ value }) => value)
  console.log(
    `| perplexity at -1, 0, 1 | ${[less, plain, more].map((value) => value.toFixed(2)).join(', ')} |`,
  )
  expect(Math.max(less, more)).toBeLessThanOrEqual(1.25 * plain)
})
