import { expect, test } from 'vitest'
import type { RunEvent, WorkflowNode } from '@woolgather/workflow'
import { createMemoryCache } from '../cache/memory-cache.ts'
import { graph, node, registryWith, run } from '../testing/graph.ts'

/** Cells that ran and why, then those that were taken from the cache. */
function account(events: readonly RunEvent[]): { ran: Record<string, string>; cached: string[] } {
  const ran: Record<string, string> = {}
  const cached: string[] = []
  for (const event of events) {
    if (event.type === 'cell.started') ran[event.node] = event.reason ?? ''
    if (event.type === 'cell.cached') cached.push(event.node)
  }
  return { ran, cached }
}

const add = (a: number | string, b: number): WorkflowNode =>
  typeof a === 'number'
    ? { type: 'test/add', inputs: { a, b } }
    : { type: 'test/add', inputs: { b }, links: { a: [a, 'sum'] } }

/*
   a ──► b ──► c
*/
const chain = (first: number): ReturnType<typeof graph> =>
  graph({ a: add(first, 1), b: add('a', 1), c: add('b', 1) })

test('the first run says so, the second takes everything from the cache [R33]', async () => {
  const cache = createMemoryCache()
  expect(account((await run(chain(1), { cache })).events)).toEqual({
    ran: { a: 'first run', b: 'first run', c: 'first run' },
    cached: [],
  })
  const again = await run(chain(1), { cache })
  expect(account(again.events)).toEqual({ ran: {}, cached: ['a', 'b', 'c'] })
  expect(again.outputs).toEqual({ c: { sum: 4 } })
})

test('a cell that is asked for anew runs although it was kept, and alone: what it gives is the same', async () => {
  const cache = createMemoryCache()
  await run(chain(1), { cache })
  const again = await run(chain(1), { cache, fresh: [{ node: 'b', at: {} }] })
  expect(account(again.events)).toEqual({ ran: { b: 'asked to run again' }, cached: ['a', 'c'] })
})

/*
   axis 1, 2, 3 ──► sum
*/
test('of a sweep, the cells at the coordinate that is asked for run anew', async () => {
  const cache = createMemoryCache()
  const sweep = graph({
    axis: { type: 'test/axis', inputs: { values: [1, 2, 3] } },
    sum: { type: 'test/add', inputs: { b: 1 }, links: { a: ['axis', 'value'] } },
  })
  await run(sweep, { cache })
  const { events } = await run(sweep, { cache, fresh: [{ node: 'sum', at: { axis: 1 } }] })
  const ran = events.flatMap((event) => (event.type === 'cell.started' ? [[event.node, event.at]] : []))
  expect(ran).toEqual([['sum', { axis: 1 }]])
})

test('a changed literal runs its node and what it changes, and each says why [R34]', async () => {
  const cache = createMemoryCache()
  await run(chain(1), { cache })
  expect(account((await run(chain(5), { cache })).events)).toEqual({
    ran: { a: '`a` 1 → 5', b: '`a` 2 → 6', c: '`a` 3 → 7' },
    cached: [],
  })
})

/*
   n ──► even? ──► page       4 instead of 2 is still even
*/
test('a change that changes nothing downstream stops there [R35]', async () => {
  const cache = createMemoryCache()
  const workflow = (n: number): ReturnType<typeof graph> =>
    graph({
      n: add(n, 0),
      even: { type: 'test/even', links: { n: ['n', 'sum'] } },
      page: {
        type: 'test/choose',
        inputs: { yes: 'even', no: 'odd' },
        links: { condition: ['even', 'boolean'] },
      },
      after: { type: 'test/template', inputs: { template: '{{x}}!' }, links: { x: ['page', 'value'] } },
    })
  await run(workflow(2), { cache })
  const { ran, cached } = account((await run(workflow(4), { cache })).events)
  expect({ ran: Object.keys(ran), cached }).toEqual({ ran: ['n', 'even', 'page'], cached: ['after'] })
})

test('long text upstream is not written out in the reason', async () => {
  const cache = createMemoryCache()
  const workflow = (text: string): ReturnType<typeof graph> =>
    graph({
      text: { type: 'test/template', inputs: { template: text.repeat(30) } },
      page: { type: 'test/template', inputs: { template: '{{x}}' }, links: { x: ['text', 'text'] } },
    })
  await run(workflow('abc'), { cache })
  const { ran } = account((await run(workflow('xyz'), { cache })).events)
  expect(ran['page']).toBe('upstream text of `x` changed')
})

test('a value swept further runs only the new cells [R36]', async () => {
  const cache = createMemoryCache()
  const workflow = (...values: number[]): ReturnType<typeof graph> =>
    graph({
      x: { type: 'test/axis', inputs: { values } },
      sum: { type: 'test/add', inputs: { b: 1 }, links: { a: ['x', 'value'] } },
    })
  await run(workflow(1, 2), { cache })
  const { events } = await run(workflow(1, 2, 3), { cache })
  expect(events.flatMap((e) => (e.type === 'cell.started' ? [[e.node, e.at]] : []))).toEqual([
    ['x', {}],
    ['sum', { x: 2 }],
  ])
})

test('reasons do not leak between different workflows of one name', async () => {
  const cache = createMemoryCache()
  await run(graph({ a: add(1, 1) }), { cache })
  const other = graph({ a: add(5, 1), b: { type: 'test/template', inputs: { template: 'x' } } })
  expect(account((await run(other, { cache })).events).ran).toEqual({ a: 'first run', b: 'first run' })
  expect(account((await run(graph({ a: add(2, 1) }), { cache })).events).ran).toEqual({ a: '`a` 1 → 2' })
})

test('titles and places of nodes are no reason to run [R37]', async () => {
  const cache = createMemoryCache()
  await run(graph({ a: add(1, 1) }), { cache })
  const { events } = await run(graph({ a: { ...add(1, 1), view: { x: 9, y: 9, title: 'Sum' } } }), { cache })
  expect(account(events)).toEqual({ ran: {}, cached: ['a'] })
})

test('a failed cell is never cached and runs again next time [R38]', async () => {
  const cache = createMemoryCache()
  let attempts = 0
  const flaky = node('flaky', () => {
    if (++attempts === 1) throw new Error('not yet')
    return attempts
  })
  const registry = registryWith(flaky)
  const workflow = graph({ f: { type: 'test/flaky' } })
  expect((await run(workflow, { cache, registry })).status).toBe('failed')
  const { outputs, events } = await run(workflow, { cache, registry })
  expect(outputs).toEqual({ f: { value: 2 } })
  expect(account(events).ran).toEqual({ f: 'its result was not kept' })
})

test('an impure node runs every time, and what follows only where it gave something else [R39]', async () => {
  const cache = createMemoryCache()
  const answers = [1, 1, 2]
  const clock = node('clock', () => answers.shift(), { impure: true })
  const registry = registryWith(clock)
  const workflow = graph({
    clock: { type: 'test/clock' },
    after: { type: 'test/add', links: { a: ['clock', 'value'] } },
  })
  const runs = []
  for (let i = 0; i < 3; i++) runs.push(account((await run(workflow, { cache, registry })).events))
  expect(runs).toEqual([
    { ran: { clock: 'may change each time', after: 'first run' }, cached: [] },
    { ran: { clock: 'may change each time' }, cached: ['after'] },
    { ran: { clock: 'may change each time', after: '`a` 1 → 2' }, cached: [] },
  ])
})

test('a fingerprint makes a node run again when what it reads has changed [R39]', async () => {
  const cache = createMemoryCache()
  let contents = 'one'
  const reader = node('reader', () => contents, { fingerprint: () => Promise.resolve(contents) })
  const registry = registryWith(reader)
  const workflow = graph({ file: { type: 'test/reader' } })
  const runs = []
  for (const next of ['one', 'one', 'two']) {
    contents = next
    const { outputs, events } = await run(workflow, { cache, registry })
    runs.push([outputs['file']?.['value'], account(events).ran['file'] ?? 'cached'])
  }
  expect(runs).toEqual([
    ['one', 'first run'],
    ['one', 'cached'],
    ['two', 'what it reads besides its inputs changed'],
  ])
})

test('a new version of a node type runs again [R40]', async () => {
  const cache = createMemoryCache()
  const version = (n: number): ReturnType<typeof registryWith> =>
    registryWith(node('thing', () => n, { version: n }))
  const workflow = graph({ t: { type: 'test/thing' } })
  await run(workflow, { cache, registry: version(1) })
  const { outputs, events } = await run(workflow, { cache, registry: version(2) })
  expect({ outputs, ran: account(events).ran }).toEqual({
    outputs: { t: { value: 2 } },
    ran: { t: 'node type updated' },
  })
})

test('a seed drawn for a run is part of what is cached [R43]', async () => {
  const cache = createMemoryCache()
  const workflow = graph({ r: { type: 'test/random' } })
  const first = await run(workflow, { cache })
  const [started] = first.events
  const seeds = started?.type === 'run.started' ? started.seeds : {}
  const same = await run(workflow, { cache, seeds })
  const other = await run(workflow, { cache })
  expect(same.outputs).toEqual(first.outputs)
  expect(account(same.events).cached).toEqual(['r'])
  expect(Object.keys(account(other.events).ran)).toEqual(['r'])
  expect(seeds).toEqual({ r: first.outputs['r']?.['seed'] })
})

test('a result is kept for the code that computed it: other code runs the cell again and says why [R40]', async () => {
  const cache = createMemoryCache()
  const one = graph({ sum: { type: 'test/add', inputs: { a: 1, b: 2 } } })
  const reasons: (string | undefined)[] = []
  for (const code of ['a', 'b', 'b', 'a']) {
    const { events } = await run(one, { cache, code })
    const event = events.find(({ type }) => type === 'cell.started' || type === 'cell.cached')
    reasons.push(event?.type === 'cell.started' || event?.type === 'cell.cached' ? event.reason : undefined)
    expect(event?.type).toBe(reasons.length <= 2 ? 'cell.started' : 'cell.cached')
  }
  expect(reasons.slice(0, 2)).toEqual(['first run', 'its code changed'])
})
