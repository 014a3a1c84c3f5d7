import { expect, test } from 'vitest'
import { runEventSchema, type RunEvent } from '@woolgather/workflow'
import { createMemoryArtifactStore } from '../cache/artifact-store.ts'
import { runEvents } from '../run/execute-workflow.ts'
import { forever, graph, node, registryWith, run, testRegistry } from '../testing/graph.ts'

const later = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

test('tokens that come in quick succession are told together, in order, before the end of the cell [R52]', async () => {
  const speaker = node('speaker', async (_, { token }) => {
    for (const text of ['Once ', 'upon ', 'a ']) token(text)
    await later(80)
    token('time')
    return 'Once upon a time'
  })
  const { events } = await run(graph({ s: { type: 'test/speaker' } }), { registry: registryWith(speaker) })
  const told = events.flatMap((e) =>
    e.type === 'cell.token' ? [e.text] : e.type === 'cell.finished' ? ['end'] : [],
  )
  expect(told).toEqual(['Once upon a ', 'time', 'end'])
})

test('progress is told as it stands, not each step of it', async () => {
  const worker = node('worker', async (_, { progress }) => {
    for (let i = 1; i <= 1000; i++) progress(i, 1000, 'steps')
    await later(1)
    return 1
  })
  const { events } = await run(graph({ w: { type: 'test/worker' } }), { registry: registryWith(worker) })
  const told = events.flatMap((e) => (e.type === 'cell.progress' ? [[e.done, e.total, e.unit]] : []))
  expect(told).toEqual([[1000, 1000, 'steps']])
})

test('what a node says after its cell ended is not told', async () => {
  let speak: (text: string) => void = () => undefined
  const speaker = node('speaker', (_, { token }) => {
    speak = token
    return 1
  })
  const { events } = await run(
    graph({ s: { type: 'test/speaker' }, w: { type: 'test/wait', inputs: { value: 1, milliseconds: 60 } } }),
    {
      registry: registryWith(speaker),
      emit: (event) => (event.type === 'cell.finished' ? speak('too late') : undefined),
    },
  )
  expect(events.filter((event) => event.type === 'cell.token')).toEqual([])
})

test('long outputs travel as references, short ones as they are [R53]', async () => {
  const artifacts = createMemoryArtifactStore()
  const long = 'ä'.repeat(600)
  const { events, outputs } = await run(
    graph({
      long: { type: 'test/constant', inputs: { value: long } },
      short: { type: 'test/constant', inputs: { value: 'short' } },
      list: { type: 'test/constant', inputs: { value: Array.from({ length: 500 }, (_, i) => i) } },
    }),
    { artifacts },
  )
  const shown = Object.fromEntries(
    events.flatMap((e) => (e.type === 'cell.finished' ? [[e.node, e.outputs['value']]] : [])),
  )
  expect(shown).toEqual({
    short: 'short',
    long: {
      artifact: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      type: 'text/plain; charset=utf-8',
      bytes: 1200,
    },
    list: {
      artifact: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      type: 'application/json',
      bytes: 1891,
    },
  })
  const { artifact } = shown['long'] as { artifact: string }
  expect(new TextDecoder().decode(await artifacts.get(artifact))).toBe(long)
  expect(outputs['long']).toEqual({ value: long })
})

test('every event is as the schema of the wire has it [R51]', async () => {
  const { events } = await run(
    graph({
      x: { type: 'test/axis', inputs: { values: [1, 2] } },
      picky: { type: 'test/fail', inputs: { on: 2 }, links: { value: ['x', 'value'] } },
      after: { type: 'test/add', links: { a: ['picky', 'value'] } },
    }),
  )
  for (const event of events) expect(runEventSchema.parse(event)).toEqual(event)
})

test('the events of a run can be read one by one, and its result at the end', async () => {
  const reading = runEvents({
    workflow: graph({ a: { type: 'test/add', inputs: { a: 1 } } }),
    registry: testRegistry,
    services: {},
  })
  const types: string[] = []
  let step = await reading.next()
  for (; step.done !== true; step = await reading.next()) types.push(step.value.type)
  expect(types).toEqual(['run.started', 'cell.started', 'cell.finished', 'run.progress', 'run.finished'])
  expect(step.value).toEqual({ status: 'completed', outputs: { a: { sum: 1 } }, errors: [] })
})

test('whoever stops reading the events cancels the run', async () => {
  let ended: RunEvent | undefined
  const reading = runEvents({
    workflow: graph({ w: { type: 'test/wait', inputs: { value: 1, milliseconds: forever } } }),
    registry: testRegistry,
    services: {},
    emit: (event) => (ended = event),
  })
  for await (const event of reading) if (event.type === 'cell.started') break
  await expect.poll(() => ended).toMatchObject({ type: 'run.finished', status: 'cancelled' })
})

test('how far the run is is told, and the last time all of it [R55]', async () => {
  const { events } = await run(
    graph({ a: { type: 'test/add' }, b: { type: 'test/add', links: { a: ['a', 'sum'] } } }),
  )
  expect(events.findLast((event) => event.type === 'run.progress')).toMatchObject({ done: 2, total: 2 })
})
