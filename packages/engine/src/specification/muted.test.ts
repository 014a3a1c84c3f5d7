import type { RunEvent, Workflow, WorkflowNode } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { graph, run, story } from '../testing/graph.ts'

const plus = (from: string, extra: Partial<WorkflowNode> = {}): WorkflowNode => ({
  type: 'test/add',
  inputs: { b: 1 },
  links: { a: [from, 'sum'] },
  ...extra,
})
const seven: WorkflowNode = { type: 'test/add', inputs: { a: 7 } }
const off: WorkflowNode = { ...seven, mode: 'mute' }

/** Why each node was skipped. */
const skips = (events: readonly RunEvent[]): Record<string, string> =>
  Object.fromEntries(
    events.flatMap((event) => (event.type === 'cell.skipped' ? [[event.node, event.reason]] : [])),
  )

async function outcome(
  nodes: Workflow['nodes'],
  rest: Partial<Workflow> = {},
  options: Parameters<typeof run>[1] = {},
): Promise<unknown> {
  const { outputs, status, errors, events } = await run(graph(nodes, rest), options)
  expect(errors).toEqual([])
  expect(status).toBe('completed')
  const given = Object.entries(outputs).filter(([, values]) => Object.keys(values).length > 0)
  return { outputs: Object.fromEntries(given), skipped: skips(events) }
}

/*
   one ──► (plus) ──► last      alone
*/
test('a muted node does not run and the rest goes on: what nothing needs any more does not begin [R4]', async () => {
  const { outputs, status, events } = await run(
    graph({ one: seven, plus: plus('one', { mode: 'mute' }), last: plus('plus'), alone: seven }),
  )
  expect({ outputs, status }).toEqual({ outputs: { last: {}, alone: { sum: 7 } }, status: 'completed' })
  expect(story(events).filter((line) => line.endsWith('started'))).toEqual(['alone started'])
})

/*
   (off) ──► a ──► b ──► gathered
     └──────► needs
*/
test('all that needs a muted node is skipped, also where an input is optional or collects, each with the reason [R5]', async () => {
  expect(
    await outcome({
      off,
      a: plus('off'),
      b: { type: 'test/add', links: { b: ['a', 'sum'], a: ['costly', 'sum'] } },
      costly: seven,
      gathered: { type: 'test/gather', links: { values: ['b', 'sum'] } },
      needs: { type: 'test/even', links: { n: ['off', 'sum'] } },
      alone: seven,
    }),
  ).toEqual({
    outputs: { alone: { sum: 7 } },
    skipped: {
      a: '`a` gets nothing: `off` is muted',
      b: '`b` gets nothing: `off` is muted',
      gathered: '`values` gets nothing: `off` is muted',
      needs: '`n` gets nothing: `off` is muted',
    },
  })
})

/*
   (off) ──► in: n [ add ──► sum, by ──► doubled ]
*/
test('of a subgraph that is given a muted node only what reads that is skipped, by its path [R5]', async () => {
  const subgraphs: Workflow['subgraphs'] = {
    two: {
      name: 'Two',
      inputs: [
        { name: 'n', type: 'number' },
        { name: 'by', type: 'number' },
      ],
      outputs: [
        { name: 'sum', type: 'number', from: ['add', 'sum'] },
        { name: 'doubled', type: 'number', from: ['double', 'sum'] },
      ],
      nodes: {
        add: { type: 'test/add', links: { a: ['$in', 'n'], b: ['$in', 'by'] } },
        double: { type: 'test/add', links: { a: ['$in', 'by'], b: ['$in', 'by'] } },
      },
    },
    outer: {
      name: 'Outer',
      inputs: [],
      outputs: [{ name: 'sum', type: 'number', from: ['last', 'sum'] }],
      nodes: { off, last: plus('off') },
    },
  }
  expect(
    await outcome(
      {
        off,
        two: { type: 'subgraph/two', inputs: { by: 2 }, links: { n: ['off', 'sum'] } },
        gone: { type: 'subgraph/two', inputs: { n: 1, by: 2 }, mode: 'mute' },
        behind: { type: 'test/add', links: { a: ['gone', 'doubled'] } },
        inner: { type: 'subgraph/outer' },
        after: plus('inner'),
      },
      { subgraphs },
    ),
  ).toEqual({
    outputs: { two: { doubled: 4 } },
    skipped: {
      'two/add': '`a` gets nothing: `off` is muted',
      behind: '`a` gets nothing: `gone` is muted',
      'inner/last': '`a` gets nothing: `inner/off` is muted',
      after: '`a` gets nothing: `inner/off` is muted',
    },
  })
})

test('a choice runs as long as the side that is chosen is not muted [R5] [R7]', async () => {
  const choose = (condition: boolean, yes: string, no: string): WorkflowNode => ({
    type: 'test/choose',
    inputs: { condition },
    links: { yes: [yes, yes === 'axis' ? 'value' : 'sum'], no: [no, 'sum'] },
  })
  const found = await outcome({
    off,
    axis: { type: 'test/axis', inputs: { values: [1, 2] }, mode: 'mute' },
    seven,
    fine: choose(false, 'off', 'seven'),
    besides: choose(false, 'axis', 'seven'),
    lost: choose(true, 'off', 'seven'),
  })
  expect(found).toMatchObject({
    outputs: { fine: { value: 7 }, besides: { value: 7 } },
    skipped: { lost: '`off` did not run: muted' },
  })
})

/*
   start ──► more ──► end ──► after
*/
test('a loop does not run where its start, its end, or what its body needs is muted [R5]', async () => {
  const loop = (muted: 'start' | 'more' | 'end' | 'off' | 'before'): Workflow['nodes'] => {
    const nodes: Workflow['nodes'] = {
      before: seven,
      off: seven,
      start: {
        type: 'test/start',
        inputs: { slots: { n: 'number' }, maximum: 2 },
        links: { n: ['before', 'sum'] },
      },
      more: { type: 'test/add', links: { a: ['start', 'n'], b: ['off', 'sum'] } },
      end: { type: 'test/end', inputs: { start: 'start' }, links: { n: ['more', 'sum'] } },
      after: { type: 'test/add', links: { a: ['end', 'n'] } },
      alone: seven,
    }
    return { ...nodes, [muted]: { ...nodes[muted], mode: 'mute' } as WorkflowNode }
  }
  for (const muted of ['start', 'more', 'end', 'off', 'before'] as const) {
    const found = await outcome(loop(muted))
    expect([muted, found]).toMatchObject([
      muted,
      { outputs: { alone: { sum: 7 } }, skipped: { after: `\`a\` gets nothing: \`${muted}\` is muted` } },
    ])
  }
  expect(await outcome(loop('off'), {}, { targets: ['more'] })).toMatchObject({
    outputs: {},
    skipped: { more: '`b` gets nothing: `off` is muted' },
  })
})

test('an axis behind a muted node is skipped with what it spreads to [R5]', async () => {
  expect(
    await outcome({
      off,
      range: { type: 'test/range', links: { n: ['off', 'sum'] } },
      each: { type: 'test/add', links: { a: ['range', 'value'] } },
      table: { type: 'test/gather', links: { values: ['each', 'sum'] } },
    }),
  ).toEqual({
    outputs: {},
    skipped: {
      range: '`n` gets nothing: `off` is muted',
      each: '`a` gets nothing: `off` is muted',
      table: '`values` gets nothing: `off` is muted',
    },
  })
})
