import { expect, test } from 'vitest'
import type { WorkflowNode } from '@woolgather/workflow'
import { graph, labelled, run, story } from '../testing/graph.ts'

const constant = (value: number | string): WorkflowNode => ({ type: 'test/constant', inputs: { value } })
const broken: WorkflowNode = { type: 'test/fail', inputs: { value: 0 } }

/*
   a ──► b ──► yes ┐
                   ├─ choose
   c ──► d ──► no ─┘      only c and d run
*/
test('everything behind the side not chosen stays idle', async () => {
  const { outputs, events } = await run(
    graph({
      a: broken,
      b: { type: 'test/add', inputs: { b: 1 }, links: { a: ['a', 'value'] } },
      c: constant(1),
      d: { type: 'test/add', inputs: { b: 1 }, links: { a: ['c', 'value'] } },
      choose: {
        type: 'test/choose',
        inputs: { condition: false },
        links: { yes: ['b', 'sum'], no: ['d', 'sum'] },
      },
    }),
  )
  expect(outputs).toEqual({ choose: { value: 2 } })
  expect(story(events).filter((line) => /^[ab]/.test(line))).toEqual(['a skipped', 'b skipped'])
})

/*
   shared ──► yes ──► choose
      └─────► add           shared is needed for certain, chosen or not
*/
test('what another node needs for certain runs whatever is chosen [R8]', async () => {
  const { outputs } = await run(
    graph({
      shared: constant(5),
      choose: {
        type: 'test/choose',
        inputs: { condition: false, no: 1 },
        links: { yes: ['shared', 'value'] },
      },
      add: { type: 'test/add', links: { a: ['shared', 'value'], b: ['choose', 'value'] } },
    }),
  )
  expect(outputs).toEqual({ add: { sum: 6 } })
})

/*
   x ──► even? ──► choose
   x ──► left ─────► yes     left fails at every odd x, where nobody asks for it
   x ──► right ────► no
*/
test('each coordinate chooses for itself [R7]', async () => {
  const { outputs, status } = await run(
    graph({
      x: { type: 'test/axis', inputs: { values: [1, 2, 3] } },
      even: { type: 'test/even', links: { n: ['x', 'value'] } },
      left: { type: 'test/fail', inputs: { on: 1 }, links: { value: ['x', 'value'] } },
      right: { type: 'test/add', inputs: { b: 100 }, links: { a: ['x', 'value'] } },
      choose: {
        type: 'test/choose',
        links: { condition: ['even', 'boolean'], yes: ['left', 'value'], no: ['right', 'sum'] },
      },
    }),
  )
  const cells = labelled(outputs['choose']?.['value']).cells
  expect({ cells, status }).toEqual({
    cells: [101, 2, 103].map((value, i) => ({ at: { x: i }, value })),
    status: 'completed',
  })
})

/*
   choose ──► yes: choose ──► yes: value
*/
test('a choice may be behind a choice', async () => {
  const { outputs } = await run(
    graph({
      deep: constant('deep'),
      broken,
      inner: {
        type: 'test/choose',
        inputs: { condition: true },
        links: { yes: ['deep', 'value'], no: ['broken', 'value'] },
      },
      outer: {
        type: 'test/choose',
        inputs: { condition: true },
        links: { yes: ['inner', 'value'], no: ['broken', 'value'] },
      },
    }),
  )
  expect(outputs).toEqual({ outer: { value: 'deep' } })
})

/*
   n ──► items ──► gather ──► yes ──► choose    the whole sweep behind the side not chosen stays idle
*/
test('an axis that only an unchosen side collects is never made', async () => {
  const { outputs, events } = await run(
    graph({
      n: { type: 'test/add', inputs: { a: 3 } },
      items: { type: 'test/range', links: { n: ['n', 'sum'] } },
      all: { type: 'test/gather', links: { values: ['items', 'value'] } },
      choose: { type: 'test/choose', inputs: { condition: false, no: 0 }, links: { yes: ['all', 'total'] } },
    }),
  )
  expect(outputs).toEqual({ choose: { value: 0 } })
  expect(story(events).filter((line) => line.endsWith('started'))).toEqual(['choose started'])
})

test('a chosen side that fails skips the choice and what depends on it', async () => {
  const { status, errors, events } = await run(
    graph({
      broken,
      choose: {
        type: 'test/choose',
        inputs: { condition: true, no: 1 },
        links: { yes: ['broken', 'value'] },
      },
      after: { type: 'test/add', links: { a: ['choose', 'value'] } },
    }),
  )
  expect({ status, failed: errors.map(({ node }) => node) }).toEqual({ status: 'failed', failed: ['broken'] })
  expect(story(events).slice(-3)).toEqual(['broken failed', 'choose skipped', 'after skipped'])
})

test('many choices waiting at once do not keep each other from running', async () => {
  // one slot for everything: a choice that held it while waiting would wait for ever
  const nodes: Record<string, WorkflowNode> = {}
  for (let i = 0; i < 50; i++) {
    nodes[`value${i}`] = { type: 'test/wait', inputs: { value: i, milliseconds: 0 } }
    nodes[`choose${i}`] = {
      type: 'test/choose',
      inputs: { condition: true, no: 0 },
      links: { yes: [`value${i}`, 'value'] },
    }
  }
  const { status } = await run(graph(nodes), { concurrency: 1 })
  expect(status).toBe('completed')
})
