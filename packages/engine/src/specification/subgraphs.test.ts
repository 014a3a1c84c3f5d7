import { expect, test } from 'vitest'
import type { Subgraph, WorkflowNode } from '@woolgather/workflow'
import { graph, labelled, run, story } from '../testing/graph.ts'

/*
   plus:  $in.n ──► +by ──► sum
*/
const plus: Subgraph = {
  name: 'Plus',
  inputs: [
    { name: 'n', type: 'number' },
    { name: 'by', type: 'number' },
  ],
  outputs: [{ name: 'sum', type: 'number', from: ['add', 'sum'] }],
  nodes: { add: { type: 'test/add', links: { a: ['$in', 'n'], b: ['$in', 'by'] } } },
}

/*
   plus twice:  $in.n ──► plus ──► plus ──► sum
*/
const twice: Subgraph = {
  name: 'Plus twice',
  inputs: [{ name: 'n', type: 'number' }],
  outputs: [{ name: 'sum', type: 'number', from: ['second', 'sum'] }],
  nodes: {
    first: { type: 'subgraph/plus', inputs: { by: 1 }, links: { n: ['$in', 'n'] } },
    second: { type: 'subgraph/plus', inputs: { by: 10 }, links: { n: ['first', 'sum'] } },
  },
}

test('a subgraph is a node, and its own nodes go by the path of the instance [R24]', async () => {
  const { outputs, events } = await run(
    graph(
      {
        one: { type: 'test/constant', inputs: { value: 1 } },
        p: { type: 'subgraph/plus', inputs: { by: 5 }, links: { n: ['one', 'value'] } },
      },
      { subgraphs: { plus } },
    ),
  )
  expect(outputs).toEqual({ p: { sum: 6 } })
  expect(story(events)).toEqual(['one started', 'one finished', 'p/add started', 'p/add finished'])
})

test('subgraphs nest, and each instance is computed by itself [R24]', async () => {
  const { outputs, events } = await run(
    graph(
      {
        a: { type: 'subgraph/twice', inputs: { n: 0 } },
        b: { type: 'subgraph/twice', links: { n: ['a', 'sum'] } },
      },
      { subgraphs: { plus, twice } },
    ),
  )
  expect(outputs).toEqual({ b: { sum: 22 } })
  expect(story(events).filter((line) => line.endsWith('finished'))).toEqual([
    'a/first/add finished',
    'a/second/add finished',
    'b/first/add finished',
    'b/second/add finished',
  ])
})

test('an axis goes through a subgraph, and one made inside is named by its path [R18]', async () => {
  const spread: Subgraph = {
    name: 'Spread',
    inputs: [{ name: 'n', type: 'number' }],
    outputs: [{ name: 'sum', type: 'number', from: ['add', 'sum'] }],
    nodes: {
      x: { type: 'test/axis', inputs: { values: [1, 2] } },
      add: { type: 'test/add', links: { a: ['$in', 'n'], b: ['x', 'value'] } },
    },
  }
  const { outputs } = await run(
    graph(
      {
        y: { type: 'test/axis', inputs: { values: [10, 20] } },
        s: { type: 'subgraph/spread', links: { n: ['y', 'value'] } },
      },
      { subgraphs: { spread } },
    ),
  )
  const value = labelled(outputs['s']?.['sum'])
  expect(value.axes.map(({ id }) => id)).toEqual(['y', 's/x'])
  expect(value.cells.map((cell) => ('value' in cell ? cell.value : null))).toEqual([11, 12, 21, 22])
})

test('a loop inside a subgraph is a loop of each instance', async () => {
  const grow: Subgraph = {
    name: 'Grow',
    inputs: [{ name: 'n', type: 'number' }],
    outputs: [{ name: 'n', type: 'number', from: ['end', 'n'] }],
    nodes: {
      start: {
        type: 'test/start',
        inputs: { slots: { n: 'number' }, maximum: 3 },
        links: { n: ['$in', 'n'] },
      },
      more: { type: 'test/add', inputs: { b: 1 }, links: { a: ['start', 'n'] } },
      end: { type: 'test/end', inputs: { start: 'start' }, links: { n: ['more', 'sum'] } },
    },
  }
  const { outputs } = await run(
    graph(
      {
        a: { type: 'subgraph/grow', inputs: { n: 0 } },
        b: { type: 'subgraph/grow', links: { n: ['a', 'n'] } },
      },
      { subgraphs: { grow } },
    ),
  )
  expect(outputs).toEqual({ b: { n: 6 } })
})

const chain = (mode: 'bypass' | 'mute'): Record<string, WorkflowNode> => ({
  one: { type: 'test/constant', inputs: { value: 1 } },
  plus: { type: 'test/add', inputs: { b: 10 }, links: { a: ['one', 'value'] }, mode },
  last: { type: 'test/add', inputs: { b: 100 }, links: { a: ['plus', 'sum'] } },
  alone: { type: 'test/constant', inputs: { value: 'x' } },
})

/*
   one ──► (plus) ──► last
*/
test('a bypassed node hands its input on [R6]', async () => {
  const { outputs, status } = await run(graph(chain('bypass')))
  expect({ outputs, status }).toEqual({
    outputs: { last: { sum: 101 }, alone: { value: 'x' } },
    status: 'completed',
  })
})

test('a bypassed subgraph hands its input on too [R6]', async () => {
  const { outputs } = await run(
    graph(
      {
        one: { type: 'test/add', inputs: { a: 1 } },
        p: { type: 'subgraph/plus', inputs: { by: 5 }, links: { n: ['one', 'sum'] }, mode: 'bypass' },
        last: { type: 'test/add', links: { a: ['p', 'sum'] } },
      },
      { subgraphs: { plus } },
    ),
  )
  expect(outputs).toEqual({ last: { sum: 1 } })
})

/*
   a ──► b ──► c
   d ──► e
*/
test('only the named targets and what they need run [R2]', async () => {
  const { outputs, events } = await run(
    graph({
      a: { type: 'test/add', inputs: { a: 1 } },
      b: { type: 'test/add', links: { a: ['a', 'sum'] } },
      c: { type: 'test/add', links: { a: ['b', 'sum'] } },
      d: { type: 'test/fail', inputs: { value: 1 } },
      e: { type: 'test/add', links: { a: ['d', 'value'] } },
    }),
    { targets: ['b'] },
  )
  expect(outputs).toEqual({ b: { sum: 1 } })
  expect(story(events).map((line) => line[0])).toEqual(['a', 'a', 'b', 'b'])
})

test('a node inside a subgraph can be a target, and one that does not exist is refused by name [R3]', async () => {
  const workflow = graph({ p: { type: 'subgraph/plus', inputs: { n: 1, by: 2 } } }, { subgraphs: { plus } })
  expect((await run(workflow, { targets: ['p/add'] })).outputs).toEqual({ 'p/add': { sum: 3 } })
  expect((await run(workflow, { targets: ['p/ad'] })).errors).toEqual([
    { code: 'unknown-target', message: 'There is no node `p/ad` to run.', hint: 'Did you mean `p/add`?' },
  ])
})
