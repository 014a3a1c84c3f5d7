import { expect, test } from 'vitest'
import { startRun, type ExecuteOptions, type Run } from '../run/execute-workflow.ts'
import type { NodeDefinition } from '../nodes/define-node.ts'
import type { ChartData, RunEvent, Workflow, WorkflowNode } from '@woolgather/workflow'
import { forever, graph, labelled, meetingOf, node, registryWith, run, story } from '../testing/graph.ts'

/** A node that counts how many of it run at once, and ends only when so many do. */
function counting(
  atOnce: number,
  rest: Partial<NodeDefinition> = {},
): { definition: NodeDefinition; most: () => number } {
  let running = 0
  let most = 0
  const meet = meetingOf(atOnce)
  const definition = node(
    'counting',
    async (value) => {
      most = Math.max(most, ++running)
      await meet()
      // Room for one more than there should be.
      await new Promise((resolve) => setTimeout(resolve, 5))
      running--
      return value
    },
    rest,
  )
  return { definition, most: () => most }
}

const swept = (length: number): Record<string, WorkflowNode> => ({
  x: { type: 'test/axis', inputs: { values: Array.from({ length }, (_, i) => i) } },
  work: { type: 'test/counting', links: { value: ['x', 'value'] } },
})

test('cells that wait overlap', async () => {
  const { definition, most } = counting(10)
  await run(graph(swept(10)), { registry: registryWith(definition) })
  expect(most()).toBe(10)
})

test('a resource limits how many cells use it at once, and others go on', async () => {
  const { definition, most } = counting(3, { resource: 'model' })
  const { status } = await run(graph(swept(9)), {
    registry: registryWith(definition),
    concurrency: { model: 3 },
  })
  expect({ status, most: most() }).toEqual({ status: 'completed', most: 3 })
})

interface Begun {
  run: Run
  events: RunEvent[]
  /** Resolves when the first event of this kind about this node was seen. */
  seen: (line: string) => Promise<void>
}

function begin(workflow: Workflow, options: Partial<ExecuteOptions<unknown>> = {}): Begun {
  const events: RunEvent[] = []
  const waiting: { line: string; resolve: () => void }[] = []
  const begun = startRun({
    workflow,
    registry: registryWith(),
    services: {},
    graceMs: 50,
    ...options,
    emit: (event) => {
      events.push(event)
      const lines = story([event])
      for (const { resolve } of waiting.filter(({ line }) => lines.includes(line))) resolve()
    },
  })
  const seen = (line: string): Promise<void> =>
    story(events).includes(line)
      ? Promise.resolve()
      : new Promise((resolve) => waiting.push({ line, resolve }))
  return { run: begun, events, seen }
}

const long: WorkflowNode = { type: 'test/wait', inputs: { value: 1, milliseconds: forever } }

test('cancelling a run stops what runs, begins nothing more, and keeps what was done [R46]', async () => {
  const { run, seen, events } = begin(
    graph({
      quick: { type: 'test/constant', inputs: { value: 1 } },
      long,
      after: { type: 'test/add', links: { a: ['long', 'value'] } },
    }),
  )
  await seen('long started')
  run.cancel()
  const { status, outputs, errors } = await run.result
  expect({ status, outputs, errors }).toEqual({
    status: 'cancelled',
    outputs: { quick: { value: 1 }, after: {} },
    errors: [{ code: 'cancelled', message: 'The run was cancelled.', node: 'long' }],
  })
  expect(events.at(-1)).toMatchObject({ type: 'run.finished', status: 'cancelled' })
})

test('a run cancelled before it began does nothing', async () => {
  const { status, events } = await run(graph({ long }), { signal: AbortSignal.abort() })
  expect({ status, story: story(events) }).toEqual({ status: 'cancelled', story: [] })
})

test('a node that does not listen is given up after its grace [R49]', async () => {
  const deaf = node('deaf', () => new Promise(() => undefined))
  const begun = begin(graph({ deaf: { type: 'test/deaf' } }), { registry: registryWith(deaf) })
  await begun.seen('deaf started')
  begun.run.cancel()
  expect(await begun.run.result).toMatchObject({ status: 'cancelled' })
})

test('a fingerprint that never comes does not keep a cancelled run from ending', async () => {
  const { createMemoryCache } = await import('../cache/memory-cache.ts')
  const stuck = node('stuck', () => 1, { fingerprint: () => new Promise(() => undefined) })
  const begun = startRun({
    workflow: graph({ stuck: { type: 'test/stuck' } }),
    registry: registryWith(stuck),
    services: {},
    cache: createMemoryCache(),
  })
  setTimeout(() => begun.cancel(), 10)
  expect(await begun.result).toMatchObject({ status: 'cancelled' })
})

/*
   x ──► slow ──► after      one of three is cancelled
*/
test('cancelling one cell leaves the other coordinates [R47]', async () => {
  const { run, seen } = begin(
    graph({
      x: { type: 'test/axis', inputs: { values: [5, forever, 6] } },
      slow: { type: 'test/wait', inputs: { value: 1 }, links: { milliseconds: ['x', 'value'] } },
      after: { type: 'test/add', links: { a: ['slow', 'value'] } },
    }),
  )
  await seen('slow[1] started')
  run.cancelCell('slow', { x: 1 })
  const { status, outputs, errors } = await run.result
  expect(status).toBe('partial')
  expect(errors).toEqual([
    { code: 'cancelled', message: '`slow` was cancelled.', node: 'slow', at: { x: 1 } },
  ])
  expect(outputs['after']?.['sum']).toMatchObject({
    cells: [
      { at: { x: 0 }, value: 1 },
      { at: { x: 1 }, skipped: '`slow` was cancelled' },
      { at: { x: 2 }, value: 1 },
    ],
  })
})

/*
   x ──► learn ──► after     one of two is told that it is enough, the other never hears of it
*/
test('a cell that is told to end early gives what it has, and how it went is told meanwhile [R86]', async () => {
  const chart = (step: number): ChartData => ({
    ...{ kind: 'line', title: '', x: { id: 'step', label: 'step', values: [String(step)] }, series: null },
    ...{ means: [[step]], counts: [[1]] },
  })
  const learn: NodeDefinition = {
    ...node('learn', (value) => value),
    endsEarly: 'Stop and keep it',
    async run({ value }, context) {
      for (const step of [1, 2]) context.chart(chart(step))
      if (value === 0) return { value: context.enough.aborted }
      await new Promise((resolve) => context.enough.addEventListener('abort', resolve))
      return { value: 'so far' }
    },
  }
  const { run, seen, events } = begin(
    graph({
      x: { type: 'test/axis', inputs: { values: [0, 1] } },
      learn: { type: 'test/learn', links: { value: ['x', 'value'] } },
      after: { type: 'test/gather', links: { values: ['learn', 'value'] } },
    }),
    { registry: registryWith(learn) },
  )
  await seen('learn[0] finished')
  await seen('learn[1] started')
  run.finishCell('learn', { x: 1 })
  const { status, outputs } = await run.result
  expect(status).toBe('completed')
  expect(outputs['after']?.['table']).toMatchObject({ cells: [{ value: false }, { value: 'so far' }] })
  // Two in quick succession are one, the later.
  const charts = events.flatMap((event) => (event.type === 'cell.chart' ? [event] : []))
  expect(charts.map(({ at, chart: told }) => ({ at, means: told.means }))).toEqual([
    { at: { x: 0 }, means: [[2]] },
    { at: { x: 1 }, means: [[2]] },
  ])
})

/*
   a ──► b ──► c        the branch from b on is cancelled, the other goes on
   a ──► d
*/
test('cancelling a branch takes a node and all that depends on it [R47]', async () => {
  const { run, seen } = begin(
    graph({
      a: { type: 'test/wait', inputs: { value: 1, milliseconds: 20 } },
      b: { type: 'test/wait', inputs: { milliseconds: forever }, links: { value: ['a', 'value'] } },
      c: { type: 'test/add', links: { a: ['b', 'value'] } },
      d: { type: 'test/add', inputs: { b: 1 }, links: { a: ['a', 'value'] } },
    }),
  )
  await seen('a started')
  run.cancelBranch('b')
  const { status, outputs } = await run.result
  expect({ status, outputs }).toEqual({ status: 'partial', outputs: { c: {}, d: { sum: 2 } } })
})

test('cells cancelled while in line do not keep those behind them waiting', async () => {
  const { run, seen } = begin(
    graph({
      x: { type: 'test/axis', inputs: { values: [1, 2, 3, 4] } },
      slow: { type: 'test/wait', inputs: { milliseconds: 20 }, links: { value: ['x', 'value'] } },
    }),
    { concurrency: 1 },
  )
  await seen('slow[0] started')
  run.cancelCell('slow', { x: 1 })
  run.cancelCell('slow', { x: 2 })
  const { outputs } = await run.result
  const cells = labelled(outputs['slow']?.['value']).cells
  expect(cells.map((cell) => 'value' in cell)).toEqual([true, false, false, true])
})

test('cancelling wakes a node that waits for a lazy input', async () => {
  const { run, seen } = begin(
    graph({
      long,
      choose: { type: 'test/choose', inputs: { condition: true, no: 0 }, links: { yes: ['long', 'value'] } },
    }),
    // One that slept on would never be given up.
    { graceMs: forever },
  )
  await seen('long started')
  run.cancel()
  expect(await run.result).toMatchObject({ status: 'cancelled' })
})

test('work without waiting lets others have a turn', async () => {
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  const busy = node('busy', () => null, {
    run: () => {
      const until = performance.now() + 2
      while (performance.now() < until);
      return { value: 1 }
    },
  })
  const nodes = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`b${i}`, { type: 'test/busy' }]))
  await run(graph(nodes), { registry: registryWith(busy) })
  clearInterval(timer)
  // 120 ms of work, at most some 12 ms at a time
  expect(turns).toBeGreaterThan(4)
})

test('two runs at once know nothing of each other', async () => {
  const events: RunEvent[][] = [[], []]
  const workflow = graph({ w: { type: 'test/wait', inputs: { value: 1 } } })
  const runs = [0, 1].map((i) => run(workflow, { run: `run${i}`, emit: (event) => events[i]?.push(event) }))
  await Promise.all(runs)
  for (const i of [0, 1]) {
    expect(new Set(events[i]?.map((event) => event.run))).toEqual(new Set([`run${i}`]))
    expect(events[i]?.map((event) => event.seq)).toEqual(events[i]?.map((_, n) => n))
  }
})

/*
   x (0 … 9) ──► work
*/
test('cells begin in the order of their axis [R9]', async () => {
  const begun: (number | undefined)[] = []
  await run(graph(swept(10)), {
    registry: registryWith(counting(1).definition),
    concurrency: 1,
    emit: (event: RunEvent) => {
      if (event.type === 'cell.started' && event.node === 'work') begun.push(event.at['x'])
    },
  })
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('nodes that need nothing begin in the order of the document [R9]', async () => {
  const begun: string[] = []
  const nodes = Object.fromEntries(
    ['d', 'a', 'c', 'b'].map((id) => [id, { type: 'test/constant', inputs: { value: 1 } }]),
  )
  await run(graph(nodes), {
    emit: (event: RunEvent) => {
      if (event.type === 'cell.started') begun.push(event.node)
    },
  })
  expect(begun).toEqual(['d', 'a', 'c', 'b'])
})
