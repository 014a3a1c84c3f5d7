import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { runEventSchema, type RunEvent, type WorkflowNode } from '@woolgather/workflow'
import { createScratch, woolgather } from './cli.ts'

const demo = 'workflows/first-story.json'

/*
   mood ──┐            model ──┐
   topic ─┴─► prompt ──────────┴─► story ─┬─► show
                                          └─► save
*/
test('the demo workflow writes a story, shows it, saves it, and the result says so', async () => {
  await using scratch = await createScratch()
  const { code } = await woolgather([
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
  expect(await readFile(scratch.path('stories/first-story.txt'), 'utf8')).toBe(result.outputs.show.value)
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
  const { code, stdout } = await woolgather(
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
