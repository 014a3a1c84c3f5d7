import { expect, test } from 'vitest'
import type { Json, WorkflowNode } from '@woolgather/workflow'
import { graph, labelled, node, registryWith, run, story } from '../testing/graph.ts'

const axis = (...values: Json[]): WorkflowNode => ({ type: 'test/axis', inputs: { values } })
const add = (a: string, b: string): WorkflowNode => ({ type: 'test/add', links: { a: link(a), b: link(b) } })
const link = (text: string): [string, string] => text.split('.') as [string, string]
const gather = (values: string, over = ''): WorkflowNode => ({
  type: 'test/gather',
  inputs: { over },
  links: { values: link(values) },
})

/** Coordinates and values of a labelled output, briefly: `x0 y1: 5`. */
function brief(value: Json | undefined): string[] {
  return labelled(value).cells.map((cell) => {
    const at = Object.entries(cell.at).map(([id, index]) => `${id}${index}`)
    return `${at.join(' ')}: ${'value' in cell ? JSON.stringify(cell.value) : 'skipped' in cell ? cell.skipped : cell.error.message}`
  })
}

/*
   x ──┬─► sum
       └─►
*/
test('the same axis on two inputs aligns [R12]', async () => {
  const { outputs } = await run(graph({ x: axis(1, 2, 3), sum: add('x.value', 'x.value') }))
  expect(brief(outputs['sum']?.['sum'])).toEqual(['x0: 2', 'x1: 4', 'x2: 6'])
})

/*
   x ──► left ──┬─► sum
   y ──► right ─┘
*/
test('an axis stays the same axis on every way it takes [R11]', async () => {
  const { outputs } = await run(
    graph({
      x: axis(1, 2),
      y: axis(10, 20),
      left: add('x.value', 'y.value'),
      right: add('x.value', 'x.value'),
      sum: add('left.sum', 'right.sum'),
    }),
  )
  expect(brief(outputs['sum']?.['sum'])).toEqual(['x0 y0: 13', 'x0 y1: 23', 'x1 y0: 16', 'x1 y1: 26'])
})

/*
   x ─┬─► sum ──► gather over y ──► show
   y ─┘
*/
test('collecting over a named axis leaves the others [R13]', async () => {
  const nodes = {
    x: axis(1, 2),
    y: axis(10, 20),
    sum: add('x.value', 'y.value'),
    all: gather('sum.sum', 'y'),
  }
  const { outputs } = await run(graph(nodes))
  expect(brief(outputs['all']?.['total'])).toEqual(['x0: 32', 'x1: 34'])
})

/*
   n ──► items (as many as n says) ──► gather over n
*/
test('collecting over an axis takes with it those that lie within it [R13]', async () => {
  const { outputs } = await run(
    graph({
      n: axis(1, 3),
      items: { type: 'test/range', links: { n: ['n', 'value'] } },
      all: gather('items.value', 'n'),
    }),
  )
  expect(brief(outputs['all']?.['table'])).toEqual([
    'n0 items0: 0',
    'n1 items0: 0',
    'n1 items1: 1',
    'n1 items2: 2',
  ])
})

/*
   n ──► items ──► gather over items
*/
test('a ragged axis is as long at each coordinate as it was made there [R14]', async () => {
  const { outputs } = await run(
    graph({
      n: axis(2, 0, 3),
      items: { type: 'test/range', links: { n: ['n', 'value'] } },
      all: gather('items.value', 'items'),
    }),
  )
  const totals = outputs['all']?.['total']
  expect(brief(totals)).toEqual(['n0: 1', 'n1: 0', 'n2: 3'])
})

test('an axis of nothing runs nothing and collects nothing [R15]', async () => {
  const { outputs, events } = await run(
    graph({ x: axis(), sum: add('x.value', 'x.value'), all: gather('sum.sum') }),
  )
  expect(outputs['all']?.['total']).toBe(0)
  expect(story(events)).not.toContain(expect.stringContaining('sum') as string)
})

/*
   one ──┬─► a   one output feeds many, and is computed once
         ├─► b
         └─► c
*/
test('one output goes to many', async () => {
  const { outputs, events } = await run(
    graph({
      one: { type: 'test/add', inputs: { a: 1 } },
      a: add('one.sum', 'one.sum'),
      b: add('one.sum', 'one.sum'),
      c: add('one.sum', 'one.sum'),
    }),
  )
  expect(outputs).toEqual({ a: { sum: 2 }, b: { sum: 2 }, c: { sum: 2 } })
  expect(story(events).filter((line) => line === 'one started')).toHaveLength(1)
})

test('more cells than the limit are refused before anything runs, with the arithmetic [R17]', async () => {
  const values = (length: number): Json[] => Array.from({ length }, (_, i) => i)
  const { status, errors, events } = await run(
    graph({
      a: axis(...values(8)),
      b: axis(...values(5)),
      c: axis(...values(300)),
      ab: add('a.value', 'b.value'),
      abc: add('ab.sum', 'c.value'),
    }),
  )
  expect({ status, errors }).toEqual({
    status: 'failed',
    errors: [
      {
        code: 'too-many-cells',
        message: '`abc` would run in 8 × 5 × 300 = 12,000 cells, limit 10,000.',
        node: 'abc',
        hint: 'Shorten an axis, link two to the same axis, or align them with matrix/zip.',
      },
    ],
  })
  expect(story(events).filter((line) => line.includes('ab'))).toEqual([])
})

test('an axis that turns out too long while running ends the run with the limit [R17]', async () => {
  const { status, errors } = await run(
    graph({
      n: { type: 'test/add', inputs: { a: 3 } },
      items: { type: 'test/range', links: { n: ['n', 'sum'] } },
      sum: add('items.value', 'items.value'),
    }),
    { cellLimit: 2 },
  )
  expect({ status, message: errors[0]?.message }).toEqual({
    status: 'failed',
    message: '`sum` came to 3 cells and more, limit 2.',
  })
})

/*
   n ──► picky ──► items ──► sum
         fails at n = 2
*/
test('an axis that cannot be made at one coordinate leaves the others', async () => {
  const { outputs, status, events } = await run(
    graph({
      n: axis(1, 2),
      picky: { type: 'test/fail', inputs: { on: 2 }, links: { value: ['n', 'value'] } },
      items: { type: 'test/range', links: { n: ['picky', 'value'] } },
      sum: add('items.value', 'items.value'),
    }),
  )
  expect({ cells: brief(outputs['sum']?.['sum']), status }).toEqual({
    cells: ['n0 items0: 0', 'n1: `picky` failed'],
    status: 'partial',
  })
  expect(story(events)).toContain('sum[1] skipped')
})

test('lists spread along one axis must be equally long [R16]', async () => {
  const odd = node('odd', () => null, {
    outputs: {
      a: { type: 'any', description: 'A.', spreads: true },
      b: { type: 'any', description: 'B.', spreads: true },
    },
    run: () => ({ a: [1, 2], b: [1] }),
  })
  const { errors } = await run(graph({ odd: { type: 'test/odd' } }), { registry: registryWith(odd) })
  expect(errors[0]).toMatchObject({
    code: 'invalid-output',
    message: 'Outputs spread along one axis must be equally long; `b` has 1 items, not 2.',
  })
})

test('sixteen axes of one value each are one cell', async () => {
  const nodes: Record<string, WorkflowNode> = { x0: axis(0), s0: add('x0.value', 'x0.value') }
  for (let i = 1; i < 16; i++) {
    nodes[`x${i}`] = axis(i)
    nodes[`s${i}`] = add(`x${i}.value`, `s${i - 1}.sum`)
  }
  const { outputs } = await run(graph(nodes))
  expect(labelled(outputs['s15']?.['sum']).cells).toHaveLength(1)
})
