import { expect, test } from 'vitest'
import type { Json, Link, WorkflowNode } from '@woolgather/workflow'
import { createMemoryCache } from '../cache/memory-cache.ts'
import { graph, labelled, meetingOf, node, registryWith, run, story } from '../testing/graph.ts'

const start = (
  maximum: number,
  slots: Record<string, string>,
  first: Record<string, Json>,
): WorkflowNode => ({
  type: 'test/start',
  inputs: { slots, maximum, ...first },
})
const end = (startId: string, links: Record<string, Link>): WorkflowNode => ({
  type: 'test/end',
  inputs: { start: startId },
  links,
})
const add = (a: Link, b: Link | number): WorkflowNode =>
  typeof b === 'number'
    ? { type: 'test/add', inputs: { b }, links: { a } }
    : { type: 'test/add', links: { a, b } }

function values(output: Json | undefined): Json[] {
  return labelled(output).cells.map((cell) => ('value' in cell ? cell.value : null))
}

/*
   start(n = 10) ──► +1 ──► end
*/
test.each([
  [0, 10],
  [1, 11],
  [2, 12],
  [100, 110],
])('a loop of %i iterations gives %i', async (maximum, n) => {
  const { outputs, errors } = await run(
    graph({
      start: start(maximum, { n: 'number' }, { n: 10 }),
      more: add(['start', 'n'], 1),
      end: end('start', { n: ['more', 'sum'] }),
    }),
  )
  expect(errors).toEqual([])
  expect(outputs['end']).toMatchObject({ n, count: maximum })
  expect(values(outputs['end']?.['history.n'])).toEqual(Array.from({ length: maximum }, (_, i) => 11 + i))
})

test('a loop of 20,000 iterations costs no stack and no limit of cells', async () => {
  const { outputs } = await run(
    graph({
      start: start(20_000, { n: 'number' }, { n: 0 }),
      more: add(['start', 'n'], 1),
      end: end('start', { n: ['more', 'sum'] }),
    }),
    { targets: ['end'] },
  )
  expect(outputs['end']).toMatchObject({ n: 20_000, count: 20_000 })
})

/*
   start ──► +1 ──► end
     └─► even? ──► stop
*/
test('a loop stops after the iteration that says so [R19]', async () => {
  const { outputs } = await run(
    graph({
      start: start(50, { n: 'number' }, { n: 1 }),
      more: add(['start', 'n'], 1),
      done: { type: 'test/even', links: { n: ['start', 'n'] } },
      end: end('start', { n: ['more', 'sum'], stop: ['done', 'boolean'] }),
    }),
  )
  expect(outputs['end']).toMatchObject({ n: 3, count: 2 })
})

/*
   start ──► a, b swapped ──► end      two slots of different types
*/
test('slots go round each by itself, whatever their types [R20]', async () => {
  const { outputs } = await run(
    graph({
      start: start(3, { n: 'number', text: 'text', list: 'list' }, { n: 0, text: '', list: ['x'] }),
      more: add(['start', 'n'], 2),
      page: {
        type: 'test/template',
        inputs: { template: '{{t}}{{n}};' },
        links: { t: ['start', 'text'], n: ['more', 'sum'] },
      },
      end: end('start', { n: ['more', 'sum'], text: ['page', 'text'], list: ['start', 'list'] }),
    }),
  )
  expect(outputs['end']).toMatchObject({ n: 6, text: '2;4;6;', list: ['x'], count: 3 })
})

/*
   outer ──► inner ──► +1 ──► inner end ──► outer end
*/
test('loops nest: the inner begins anew in each iteration of the outer [R21]', async () => {
  const { outputs, errors } = await run(
    graph({
      outer: start(3, { n: 'number' }, { n: 0 }),
      inner: {
        type: 'test/start',
        inputs: { slots: { m: 'number' }, maximum: 4 },
        links: { m: ['outer', 'n'] },
      },
      more: add(['inner', 'm'], ['outer', 'index']),
      innerEnd: end('inner', { m: ['more', 'sum'] }),
      outerEnd: end('outer', { n: ['innerEnd', 'm'] }),
    }),
  )
  expect(errors).toEqual([])
  // 4 × 0, then 4 × 1, then 4 × 2
  expect(outputs['outerEnd']).toMatchObject({ n: 12, count: 3 })
  expect(values(outputs['outerEnd']?.['history.n'])).toEqual([0, 4, 12])
})

/*
   x ──► start ──► +1 ──► end          a loop for each x
*/
test('a loop under an axis is a loop of its own at each coordinate [R22]', async () => {
  const { outputs } = await run(
    graph({
      x: { type: 'test/axis', inputs: { values: [10, 20] } },
      start: {
        type: 'test/start',
        inputs: { slots: { n: 'number' }, maximum: 2 },
        links: { n: ['x', 'value'] },
      },
      more: add(['start', 'n'], 1),
      end: end('start', { n: ['more', 'sum'] }),
    }),
  )
  expect(values(outputs['end']?.['n'])).toEqual([12, 22])
  expect(outputs['end']?.['history.n']).toEqual({
    axes: [
      { id: 'x', label: 'x', values: [10, 20] },
      { id: 'end', label: 'end', values: { '0': [0, 1], '1': [0, 1] }, within: ['x'] },
    ],
    cells: [
      { at: { x: 0, end: 0 }, value: 11 },
      { at: { x: 0, end: 1 }, value: 12 },
      { at: { x: 1, end: 0 }, value: 21 },
      { at: { x: 1, end: 1 }, value: 22 },
    ],
  })
})

/*
   start ──► + x ──► end               x enters the body only
     x ───────┘
*/
test('an axis that enters the body makes a loop for each of its values [R22]', async () => {
  const { outputs } = await run(
    graph({
      x: { type: 'test/axis', inputs: { values: [1, 100] } },
      start: start(3, { n: 'number' }, { n: 0 }),
      more: add(['start', 'n'], ['x', 'value']),
      end: end('start', { n: ['more', 'sum'] }),
    }),
  )
  expect(values(outputs['end']?.['n'])).toEqual([3, 300])
})

/*
   start ──► + x ──► gather ──► end    x is collected inside the body
     x ───────┘
*/
test('an axis collected inside the body stays inside', async () => {
  const { outputs } = await run(
    graph({
      x: { type: 'test/axis', inputs: { values: [1, 2] } },
      start: start(3, { n: 'number' }, { n: 0 }),
      more: add(['start', 'n'], ['x', 'value']),
      all: { type: 'test/gather', links: { values: ['more', 'sum'] } },
      end: end('start', { n: ['all', 'total'] }),
    }),
  )
  // n → 2n + 3, three times
  expect(outputs['end']).toMatchObject({ n: 21, count: 3 })
})

/*
   start ──► range(n) ──► gather ──► end     an axis made anew in each iteration
*/
test('an axis made inside the body may be of another length in each iteration', async () => {
  const { outputs, errors } = await run(
    graph({
      start: start(3, { n: 'number' }, { n: 3 }),
      items: { type: 'test/range', links: { n: ['start', 'n'] } },
      all: { type: 'test/gather', links: { values: ['items', 'value'] } },
      end: end('start', { n: ['all', 'total'] }),
    }),
  )
  expect(errors).toEqual([])
  // 0+1+2 = 3, and again
  expect(outputs['end']).toMatchObject({ n: 3, count: 3 })
})

/*
   start ──► fails on 12 ──► end ──► sum
*/
test('a loop whose body fails fails what comes after it, and keeps the iterations before [R23]', async () => {
  const { outputs, status, events } = await run(
    graph({
      start: start(5, { n: 'number' }, { n: 10 }),
      more: add(['start', 'n'], 1),
      picky: { type: 'test/fail', inputs: { on: 13 }, links: { value: ['more', 'sum'] } },
      end: end('start', { n: ['picky', 'value'] }),
      after: add(['end', 'n'], 1),
      history: { type: 'test/gather', links: { values: ['end', 'history.n'] } },
    }),
  )
  expect(status).toBe('partial')
  expect(outputs['after']).toEqual({})
  expect(outputs['history']?.['total']).toBe(11 + 12)
  expect(story(events)).toContain('picky[2] failed')
  expect(story(events)).toContain('after skipped')
})

test('in a loop under an axis a failure ends the loop at its own coordinate only [R23]', async () => {
  const { outputs, status } = await run(
    graph({
      x: { type: 'test/axis', inputs: { values: [0, 10] } },
      start: {
        type: 'test/start',
        inputs: { slots: { n: 'number' }, maximum: 3 },
        links: { n: ['x', 'value'] },
      },
      more: add(['start', 'n'], 1),
      picky: { type: 'test/fail', inputs: { on: 12 }, links: { value: ['more', 'sum'] } },
      end: end('start', { n: ['picky', 'value'] }),
    }),
  )
  expect({ n: values(outputs['end']?.['n']), status }).toEqual({ n: [3, null], status: 'partial' })
})

test('iterations are cached one by one: a longer loop continues where the shorter ended [R36]', async () => {
  const cache = createMemoryCache()
  const workflow = (maximum: number): ReturnType<typeof graph> =>
    graph({
      start: start(maximum, { n: 'number' }, { n: 0 }),
      more: add(['start', 'n'], 1),
      end: end('start', { n: ['more', 'sum'] }),
    })
  await run(workflow(3), { cache })
  const { events } = await run(workflow(5), { cache })
  expect(story(events).filter((line) => line.startsWith('more') && !line.endsWith('finished'))).toEqual([
    'more[0] cached',
    'more[1] cached',
    'more[2] cached',
    'more[3] started',
    'more[4] started',
  ])
})

test('loops at different coordinates run at the same time', async () => {
  const meet = meetingOf(4)
  const slow = node('slow', async (value) => {
    await meet()
    return (value as number) + 1
  })
  const { outputs } = await run(
    graph({
      x: { type: 'test/axis', inputs: { values: [0, 10, 20, 30] } },
      start: {
        type: 'test/start',
        inputs: { slots: { n: 'number' }, maximum: 3 },
        links: { n: ['x', 'value'] },
      },
      slow: { type: 'test/slow', links: { value: ['start', 'n'] } },
      end: end('start', { n: ['slow', 'value'] }),
    }),
    { registry: registryWith(slow) },
  )
  expect(values(outputs['end']?.['n'])).toEqual([3, 13, 23, 33])
})

test('a loop may ignore what it hands round', async () => {
  // start and end share a slot, but the body reads only the index
  const { outputs } = await run(
    graph({
      start: start(4, { n: 'number' }, { n: 7 }),
      twice: add(['start', 'index'], ['start', 'index']),
      end: end('start', { n: ['twice', 'sum'] }),
    }),
  )
  expect(outputs['end']).toMatchObject({ n: 6, count: 4 })
})

/*
   start ──► more ──► end        asked for: more
*/
test('a node inside a loop can be a target: it is given at every iteration [R3]', async () => {
  const { outputs, errors } = await run(
    graph({
      start: start(3, { n: 'number' }, { n: 0 }),
      more: add(['start', 'n'], 5),
      end: end('start', { n: ['more', 'sum'] }),
    }),
    { targets: ['more'] },
  )
  expect(errors).toEqual([])
  expect(values(outputs['more']?.['sum'])).toEqual([5, 10, 15])
})

test('a target that only reads the history of a loop runs the loop', async () => {
  const { outputs } = await run(
    graph({
      start: start(3, { n: 'number' }, { n: 0 }),
      more: add(['start', 'n'], 5),
      end: end('start', { n: ['more', 'sum'] }),
      all: { type: 'test/gather', links: { values: ['end', 'history.n'] } },
    }),
    { targets: ['all'] },
  )
  expect(outputs['all']?.['total']).toBe(30)
})
