import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { readCarriedWorkflow } from '@woolgather/files'
import { runEventSchema, type RunEvent, type WorkflowNode } from '@woolgather/workflow'
import { spawnWoolgather, woolgather } from './cli.ts'
import { createScratch } from './scratch.ts'

const demo = 'workflows/first-story.json'

/*
   mood ──┐            model ──┐
   topic ─┴─► prompt ──────────┴─► story ─┬─► show
                                          └─► save
*/
test('the demo workflow writes a story, shows it, saves it, and the result says so', async () => {
  await using scratch = await createScratch()
  const { code } = await spawnWoolgather([
    'run',
    demo,
    '--out',
    scratch.path('result.json'),
    '--output',
    scratch.folder,
    '--data',
    scratch.path('data'),
  ])
  expect(code).toBe(0)
  const result = (await scratch.readJson('result.json')) as { outputs: { show: { value: string } } }
  expect(result).toMatchObject({
    status: 'completed',
    outputs: { save: { file: 'stories/first-story.txt' } },
    errors: [],
  })
  expect(result.outputs.show.value).toMatch(/\bsea\b|\bwave|\bfish|\bboat|\bship|\bharbou?r/)
  const saved = await readFile(scratch.path('stories/first-story.txt'), 'utf8')
  expect(saved.endsWith(`\n---\n${result.outputs.show.value}`)).toBe(true)
  const document: unknown = JSON.parse(await readFile(demo, 'utf8'))
  expect(readCarriedWorkflow(saved)).toEqual({ workflow: document, carrier: 'front-matter' })
})

test('--set changes an input, --target runs only what is named, and the same seed writes the same story', async () => {
  await using scratch = await createScratch()
  const run = async (seed: number, name: string): Promise<unknown> => {
    const args = ['--set', `story.seed=${seed}`, '--target', 'show', '--out', scratch.path(name)]
    expect(
      (
        await woolgather([
          'run',
          demo,
          ...args,
          '--output',
          scratch.folder,
          '--data',
          scratch.path(`data-${name}`),
        ])
      ).code,
    ).toBe(0)
    return scratch.readJson(name)
  }
  const first = await run(11, 'a.json')
  expect(await run(11, 'b.json')).toEqual(first)
  expect(await run(12, 'c.json')).not.toEqual(first)
  expect(first).toMatchObject({ outputs: { show: { value: expect.any(String) as string } } })
  expect(Object.keys((first as { outputs: object }).outputs)).toEqual(['show'])
})

test('--json prints run events only, numbered without a gap, and their text adds up to the story', async () => {
  await using scratch = await createScratch()
  const { code, stdout } = await woolgather([
    'run',
    demo,
    '--json',
    '--output',
    scratch.folder,
    '--data',
    scratch.path('data'),
  ])
  const events = stdout
    .trim()
    .split('\n')
    .map((line): RunEvent => runEventSchema.parse(JSON.parse(line)))
  expect(code).toBe(0)
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i))
  expect(events.at(-1)).toMatchObject({ type: 'run.finished', status: 'completed' })
  const streamed = events.flatMap((event) => (event.type === 'cell.token' ? [event.text] : [])).join('')
  const finished = events.find((event) => event.type === 'cell.finished' && event.node === 'story')
  expect(finished).toMatchObject({ outputs: { text: streamed } })
})

/*
   model ─┬─► story0
          ├─► story1
          └─► …
*/
test('Ctrl-C cancels: exit code 130, and the last event says cancelled', async () => {
  await using scratch = await createScratch()
  const story = (seed: number): WorkflowNode => ({
    type: 'generation/generate',
    inputs: {
      prompt: 'Once upon a time, there',
      seed,
      template: 'none',
      maxTokens: 400,
      temperature: 2,
      minP: 0,
    },
    links: { model: ['model', 'model'] },
  })
  const file = await scratch.writeWorkflow({
    model: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' } },
    ...Object.fromEntries(Array.from({ length: 1_000 }, (_, seed) => [`story${seed}`, story(seed)])),
  })
  let interrupted = false
  const { code, stdout } = await spawnWoolgather(
    ['run', file, '--json', '--output', scratch.folder, '--data', scratch.path('data')],
    {
      onOutput: (text, kill) => {
        if (interrupted || !text.includes('cell.token')) return
        interrupted = true
        kill('SIGINT')
      },
    },
  )
  expect(code).toBe(130)
  expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
    type: 'run.finished',
    status: 'cancelled',
  })
})

/*
   first, second: each a subgraph [ model ─► story ] whose seed is drawn
*/
test('seeds drawn inside subgraphs are in the result: its workflow tells the same stories again', async () => {
  await using scratch = await createScratch()
  const teller = {
    name: 'Teller',
    inputs: [],
    outputs: [{ name: 'story', type: 'text', from: ['story', 'text'] }],
    nodes: {
      model: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' } },
      story: {
        type: 'generation/generate',
        inputs: { prompt: 'Tell me a happy story about the sea.', maxTokens: 60 },
        links: { model: ['model', 'model'] },
      },
    },
  }
  const show = (from: string): WorkflowNode => ({ type: 'output/preview', links: { value: [from, 'story'] } })
  const nodes = {
    first: { type: 'subgraph/teller' },
    second: { type: 'subgraph/teller' },
    a: show('first'),
    b: show('second'),
  }
  const document = { format: 'woolgather', version: 1, name: 'Two tellers', nodes, subgraphs: { teller } }
  const run = async (workflow: unknown, name: string): Promise<{ workflow: unknown; outputs: unknown }> => {
    const file = await scratch.write(`${name}-workflow.json`, JSON.stringify(workflow))
    const out = scratch.path(`${name}.json`)
    const folders = ['--output', scratch.folder, '--data', scratch.path(`data-${name}`)]
    const { code, stderr } = await woolgather(['run', file, '--out', out, ...folders])
    expect(code, stderr).toBe(0)
    return (await scratch.readJson(`${name}.json`)) as { workflow: unknown; outputs: unknown }
  }
  const told = await run(document, 'told')
  const { a, b } = told.outputs as Record<string, { value: string }>
  expect(a).not.toEqual(b)
  expect((await run(told.workflow, 'again')).outputs).toEqual(told.outputs)
})
