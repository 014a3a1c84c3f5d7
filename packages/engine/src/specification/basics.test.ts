import { expect, test } from 'vitest'
import { graph, run } from '../testing/graph.ts'

test('a chain hands values on [R1]', async () => {
  // 2 ── add ── add
  const { status, outputs, errors } = await run(
    graph({
      two: { type: 'test/constant', inputs: { value: 2 } },
      three: { type: 'test/add', inputs: { b: 1 }, links: { a: ['two', 'value'] } },
      six: { type: 'test/add', links: { a: ['three', 'sum'], b: ['three', 'sum'] } },
    }),
  )
  expect({ status, outputs, errors }).toEqual({
    status: 'completed',
    outputs: { six: { sum: 6 } },
    errors: [],
  })
})

test('different axes cross and a collecting input gets the labelled whole [R12]', async () => {
  // x ─┐
  //    ├─ sum ── gather
  // y ─┘
  const { outputs } = await run(
    graph({
      x: { type: 'test/axis', inputs: { values: [1, 2] } },
      y: { type: 'test/axis', inputs: { values: [10, 20, 30] } },
      sum: { type: 'test/add', links: { a: ['x', 'value'], b: ['y', 'value'] } },
      all: { type: 'test/gather', links: { values: ['sum', 'sum'] } },
    }),
  )
  expect(outputs).toEqual({
    all: {
      table: {
        axes: [
          { id: 'x', label: 'x', values: [1, 2] },
          { id: 'y', label: 'y', values: [10, 20, 30] },
        ],
        cells: [
          { at: { x: 0, y: 0 }, value: 11 },
          { at: { x: 0, y: 1 }, value: 21 },
          { at: { x: 0, y: 2 }, value: 31 },
          { at: { x: 1, y: 0 }, value: 12 },
          { at: { x: 1, y: 1 }, value: 22 },
          { at: { x: 1, y: 2 }, value: 32 },
        ],
      },
      total: 129,
    },
  })
})

test('a loop repeats its body until the maximum and gives every iteration as history [R19]', async () => {
  // start ── add 1 ── end
  const { outputs, status, events } = await run(
    graph({
      start: { type: 'test/start', inputs: { slots: { n: 'number' }, maximum: 4, n: 10 } },
      more: { type: 'test/add', inputs: { b: 1 }, links: { a: ['start', 'n'] } },
      end: { type: 'test/end', inputs: { start: 'start' }, links: { n: ['more', 'sum'] } },
    }),
  )
  expect(events.filter((e) => e.type === 'cell.failed')).toEqual([])
  expect({ status, outputs }).toEqual({
    status: 'completed',
    outputs: {
      end: {
        n: 14,
        count: 4,
        'history.n': {
          axes: [{ id: 'end', label: 'end', values: [0, 1, 2, 3] }],
          cells: [11, 12, 13, 14].map((value, i) => ({ at: { end: i }, value })),
        },
      },
    },
  })
})

test('a failed cell takes only what depends on it, and the run ends partial [R26]', async () => {
  // x ── fail on 2 ── add
  const { outputs, status, errors } = await run(
    graph({
      x: { type: 'test/axis', inputs: { values: [1, 2, 3] } },
      picky: { type: 'test/fail', inputs: { on: 2 }, links: { value: ['x', 'value'] } },
      sum: { type: 'test/add', inputs: { b: 1 }, links: { a: ['picky', 'value'] } },
    }),
  )
  expect({ outputs, status, errors }).toEqual({
    status: 'partial',
    outputs: {
      sum: {
        sum: {
          axes: [{ id: 'x', label: 'x', values: [1, 2, 3] }],
          cells: [
            { at: { x: 0 }, value: 2 },
            { at: { x: 1 }, skipped: '`picky` failed' },
            { at: { x: 2 }, value: 4 },
          ],
        },
      },
    },
    errors: [{ code: 'node-failed', message: 'cannot take 2', node: 'picky', at: { x: 1 } }],
  })
})

test('only the chosen side is evaluated [R7]', async () => {
  // yes: constant ──┐
  //                 ├─ choose
  // no: fail ───────┘
  const { outputs, status, events } = await run(
    graph({
      good: { type: 'test/constant', inputs: { value: 'good' } },
      bad: { type: 'test/fail', inputs: { value: 'bad' } },
      chosen: {
        type: 'test/choose',
        inputs: { condition: true },
        links: { yes: ['good', 'value'], no: ['bad', 'value'] },
      },
    }),
  )
  expect({ outputs, status }).toEqual({ outputs: { chosen: { value: 'good' } }, status: 'completed' })
  expect(events.flatMap((e) => (e.type === 'cell.skipped' ? [[e.node, e.reason]] : []))).toEqual([
    ['bad', 'not chosen'],
  ])
})
