import { createRegistry } from '@woolgather/engine'
import { adviseWorkflow, type Json, type Subgraph, type WorkflowNode } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { definitions } from '../definitions.ts'
import { runGraph } from '../testing/run-graph.ts'

/*
   temps ──► page
*/
test('an axis runs what it is wired to once for each value, converted to what the input takes', async () => {
  const { outputs } = await runGraph({
    temps: { type: 'matrix/axis', inputs: { values: '0.2, 0.9', label: 'temperature' } },
    page: { type: 'text/template', inputs: { template: 'at {{t}}' }, links: { t: ['temps', 'value'] } },
  })
  expect(outputs).toEqual({
    page: {
      text: {
        axes: [{ id: 'temps', label: 'temperature', values: [0.2, 0.9] }],
        cells: [
          { at: { temps: 0 }, value: 'at 0.2' },
          { at: { temps: 1 }, value: 'at 0.9' },
        ],
      },
    },
  })
})

test('a value that does not fit the input it reaches fails that cell alone, naming node and input', async () => {
  const { errors, status } = await runGraph({
    limits: { type: 'matrix/axis', inputs: { values: ['3', 2] } },
    x: { type: 'matrix/seeds', inputs: { seed: 1 }, links: { count: ['limits', 'value'] } },
  })
  expect({ errors, status }).toEqual({
    errors: [
      {
        code: 'invalid-input',
        message: '`x.count` must be a number, is "3".',
        node: 'x',
        input: 'count',
        at: { limits: 0 },
        hint: 'How many.',
      },
    ],
    status: 'partial',
  })
})

type Nodes = Record<string, WorkflowNode>

/** How the axis `numbers` of a workflow is read. */
function read(nodes: Nodes, subgraphs: Record<string, Subgraph> = {}): Json[] | undefined {
  const { descriptions } = createRegistry(definitions)
  const workflow = { format: 'woolgather', version: 1, name: 'test', nodes, subgraphs } as const
  return adviseWorkflow(workflow, descriptions).readings[0]?.values
}

const number = (from: [string, string]): WorkflowNode => ({
  type: 'loopback/unchanged',
  inputs: { before: 1, now: 1 },
  links: { tolerance: from },
})
const integer = (from: [string, string]): WorkflowNode => ({ type: 'matrix/seeds', links: { count: from } })
const numbers: WorkflowNode = { type: 'matrix/axis', inputs: { values: '1-10 [5]' } }

/*
   numbers ──► what hands values on ──► reader
*/
test.each<[string, Nodes, [id: string, output: string]]>([
  ['directly', {}, ['numbers', 'value']],
  [
    'through an if',
    {
      choose: {
        type: 'logic/if',
        inputs: { condition: true, whenFalse: 0 },
        links: { whenTrue: ['numbers', 'value'] },
      },
    },
    ['choose', 'value'],
  ],
  [
    'through one case of a switch',
    { pick: { type: 'logic/switch', inputs: { choice: 0 }, links: { cases: [['numbers', 'value']] } } },
    ['pick', 'value'],
  ],
  ['through a zip', { zip: { type: 'matrix/zip', links: { b: ['numbers', 'value'] } } }, ['zip', 'b']],
  [
    'through a bypassed node',
    { look: { type: 'output/preview', mode: 'bypass', links: { value: ['numbers', 'value'] } } },
    ['look', 'value'],
  ],
  [
    'through the slots of a loop',
    {
      start: {
        type: 'loopback/start',
        inputs: { slots: { x: 'any' }, maximum: 1 },
        links: { x: ['numbers', 'value'] },
      },
      end: { type: 'loopback/end', inputs: { start: 'start' }, links: { x: ['start', 'x'] } },
    },
    ['end', 'x'],
  ],
  [
    'through the history of a loop',
    {
      start: {
        type: 'loopback/start',
        inputs: { slots: { x: 'any' }, maximum: 1 },
        links: { x: ['numbers', 'value'] },
      },
      end: { type: 'loopback/end', inputs: { start: 'start' }, links: { x: ['start', 'x'] } },
    },
    ['end', 'history.x'],
  ],
])(
  'values that come %s are exact where a number is taken, whole where only integers are',
  (_, between, from) => {
    const exact = [1, 3.25, 5.5, 7.75, 10]
    const whole = [1, 3, 5, 7, 10]
    const open: Nodes = {
      numbers,
      ...between,
      text: { type: 'text/template', inputs: { template: '{{x}}' }, links: { x: from } },
    }
    expect(read(open)).toEqual(whole)
    expect(read({ ...open, n: number(from) })).toEqual(exact)
    expect(read({ ...open, i: integer(from) })).toEqual(whole)
    expect(read({ ...open, i: integer(from), n: number(from) })).toEqual(exact)
  },
)

test('values that go into a subgraph are read as its inner inputs take them, and those that come out of one as well', () => {
  const inside: Subgraph = {
    name: 'inside',
    inputs: [{ name: 'x', type: 'any' }],
    outputs: [{ name: 'y', type: 'any', from: ['$in', 'x'] }],
    nodes: {},
  }
  const zeroToOne = { ...numbers, inputs: { values: '0-1 [5]' } }
  const use: WorkflowNode = { type: 'subgraph/s', links: { x: ['numbers', 'value'] } }
  const reader = { ...inside, nodes: { i: integer(['$in', 'x']) } }
  expect(read({ numbers: zeroToOne, use }, { s: reader })).toEqual([0, 0, 0, 0, 1])
  expect(read({ numbers: zeroToOne, use, n: number(['use', 'y']) }, { s: reader })).toEqual([
    0, 0.25, 0.5, 0.75, 1,
  ])
})

/*
   numbers ──► seeds
          └──► unchanged
*/
test('a run reads an axis as it was told, whichever of its readers are asked for', async () => {
  const graph: Nodes = {
    numbers: { type: 'matrix/axis', inputs: { values: '0-1 [3]' } },
    i: integer(['numbers', 'value']),
    n: number(['numbers', 'value']),
    look: { type: 'matrix/join', links: { values: ['numbers', 'value'] } },
  }
  const list = async (targets?: string[]): Promise<unknown> =>
    (await runGraph(graph, undefined, targets)).outputs['look']?.['list']
  expect(await list()).toEqual([0, 0.5, 1])
  expect(await list(['look'])).toEqual([0, 0.5, 1])
})

test('dates and codes go through a sweep as they are', async () => {
  const { outputs } = await runGraph({
    codes: { type: 'matrix/axis', inputs: { values: '2024-05, 555-1234, 01, 12345678901234567890' } },
    text: { type: 'text/template', inputs: { template: '{{x}}' }, links: { x: ['codes', 'value'] } },
    join: { type: 'matrix/join', inputs: { separator: ' ' }, links: { values: ['text', 'text'] } },
  })
  expect(outputs['join']?.['text']).toBe('2024-05 555-1234 01 12345678901234567890')
})
