import { z } from 'zod'
import { expect, test } from 'vitest'
import type { WorkflowNode } from '@woolgather/workflow'
import { defineNode, type NodeDefinition } from '../nodes/define-node.ts'
import type { Holding } from '../run/holdings.ts'
import { graph, registryWith, run } from '../testing/graph.ts'

interface Watched {
  definition: NodeDefinition
  /** What was held at once, whenever that changed. */
  held: string[]
  /** In which order cells ran: what they held. */
  ran: string[]
}

/** A node that holds what its input `name` says, for some turns of the event loop. */
function holder(): Watched {
  const [held, ran]: [string[], string[]] = [[], []]
  const now: string[] = []
  const definition = defineNode({
    type: 'test/holder',
    version: 1,
    title: 'Holder',
    description: 'Holds something.',
    inputs: {
      name: { type: 'any', description: 'What to hold; several with +.', schema: z.string() },
      after: { type: 'any', description: 'What to wait for.', schema: z.json().default(null) },
      value: { type: 'any', description: 'What to give.', schema: z.json().default(0) },
    },
    outputs: { value: { type: 'any', description: 'The value.' } },
    resource: 'test',
    holds: ({ name }) => name.split('+'),
    run: async ({ name, value }) => {
      now.push(name)
      ran.push(name)
      held.push([...new Set(now)].toSorted().join(' '))
      for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
      now.splice(now.indexOf(name), 1)
      return { value }
    },
  })
  return { definition, held, ran }
}

const list = (values: unknown[]): WorkflowNode => ({
  type: 'test/axis',
  inputs: { values: values as string[] },
})

const runs = (items: readonly string[]): string[] =>
  items.filter((item, index) => index === 0 || items[index - 1] !== item)

test('a sweep takes its cells by what they hold, each once, and tells before the next what is held [R60]', async () => {
  const { definition, held, ran } = holder()
  const told: Holding[] = []
  const { status } = await run(
    graph({
      prompts: list([1, 2, 3, 4, 5]),
      models: list(['a', 'b', 'c']),
      write: { type: 'test/holder', links: { name: ['models', 'value'], value: ['prompts', 'value'] } },
    }),
    {
      registry: registryWith(definition),
      concurrency: { test: 2 },
      onHold: (holding) => told.push(holding),
    },
  )
  expect({ status, held: runs(held), cells: ran.length }).toEqual({
    status: 'completed',
    held: ['a', 'b', 'c'],
    cells: 15,
  })
  expect(told).toEqual([
    { names: ['a'], others: true },
    { names: ['b'], others: true },
    { names: ['c'], others: true },
  ])
})

test('a chain of two takes turns once, and is no sweep', async () => {
  const { definition, held } = holder()
  const told: Holding[] = []
  await run(
    graph({
      prompts: list([1, 2, 3]),
      write: { type: 'test/holder', inputs: { name: 'writer' }, links: { value: ['prompts', 'value'] } },
      judge: { type: 'test/holder', inputs: { name: 'judge' }, links: { value: ['write', 'value'] } },
    }),
    { registry: registryWith(definition), onHold: (holding) => told.push(holding) },
  )
  expect(runs(held)).toEqual(['writer', 'judge'])
  expect(told).toEqual([
    { names: ['writer'], others: false },
    { names: ['judge'], others: false },
  ])
})

test.each([
  { names: ['one', 'other'], sweep: false },
  { names: ['one', 'other', 'third'], sweep: true },
])('nodes side by side that hold $names are a sweep: $sweep', async ({ names, sweep }) => {
  const { definition } = holder()
  const told: Holding[] = []
  const nodes = names.map((name) => [name, { type: 'test/holder', inputs: { name } }])
  await run(graph(Object.fromEntries(nodes) as Record<string, WorkflowNode>), {
    registry: registryWith(definition),
    onHold: (holding) => told.push(holding),
  })
  expect(told).toEqual(names.map((name) => ({ names: [name], others: sweep })))
})

test('what follows with the same is done before the next turn', async () => {
  const { definition, held } = holder()
  await run(
    graph({
      models: list(['a', 'b']),
      first: { type: 'test/holder', links: { name: ['models', 'value'] } },
      second: { type: 'test/holder', links: { name: ['models', 'value'], after: ['first', 'value'] } },
    }),
    { registry: registryWith(definition) },
  )
  expect(runs(held)).toEqual(['a', 'b'])
})

test('a cell that holds several holds them at once, and those that need one of them run beside it', async () => {
  const { definition, held } = holder()
  const { status } = await run(
    graph({
      sets: list(['a+b', 'a', 'c']),
      write: { type: 'test/holder', links: { name: ['sets', 'value'] } },
    }),
    { registry: registryWith(definition) },
  )
  expect({ status, held: held.at(-1), most: held.some((names) => names === 'a a+b') }).toEqual({
    status: 'completed',
    held: 'c',
    most: true,
  })
})

test('a cell that is cancelled while it waits for its turn is passed over', async () => {
  const { definition } = holder()
  const begun = await import('../run/execute-workflow.ts')
  const under = begun.startRun({
    workflow: graph({
      first: { type: 'test/holder', inputs: { name: 'a' } },
      second: { type: 'test/holder', inputs: { name: 'b' } },
      third: { type: 'test/holder', inputs: { name: 'c' } },
    }),
    registry: registryWith(definition),
    services: {},
    emit: (event) => {
      if (event.type === 'cell.started' && event.node === 'first') under.cancelCell('second')
    },
  })
  const { status, errors } = await under.result
  expect({ status, failed: errors.map(({ node }) => node) }).toEqual({
    status: 'partial',
    failed: ['second'],
  })
})

/*
   draft ─► start ─► write (models) ─► judge ─► end      three rounds, over two models
*/
test('a loop keeps what it has held until it is over, and is finished before others begin [R61]', async () => {
  const { definition, ran } = holder()
  const told: Holding[] = []
  const { status } = await run(
    graph({
      models: list(['a', 'b']),
      start: {
        type: 'test/start',
        inputs: { slots: { story: 'any' }, maximum: 3, story: 0 },
      },
      write: { type: 'test/holder', links: { name: ['models', 'value'], value: ['start', 'story'] } },
      judge: { type: 'test/holder', inputs: { name: 'judge' }, links: { value: ['write', 'value'] } },
      end: { type: 'test/end', inputs: { start: 'start' }, links: { story: ['judge', 'value'] } },
    }),
    { registry: registryWith(definition), onHold: (holding) => told.push(holding) },
  )
  expect(status).toBe('completed')
  const round = (model: string): string[] => [model, 'judge', model, 'judge', model, 'judge']
  expect(ran).toEqual([...round('a'), ...round('b')])
  expect(told.map(({ names }) => names.toSorted().join(' '))).toEqual([
    'a',
    ...Array.from({ length: 5 }, () => 'a judge'),
    'b',
    ...Array.from({ length: 5 }, () => 'b judge'),
  ])
})
