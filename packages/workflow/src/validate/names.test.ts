import { expect, test } from 'vitest'
import type { Workflow, WorkflowNode } from '../document/document.ts'
import { describeType, descriptions, input, output } from '../testing/descriptions.ts'
import { validateWorkflow } from './validate-workflow.ts'

const called = [
  ...descriptions,
  describeType(
    'api/input',
    [input('name', 'text', { schema: { type: 'string' } }), input('value', 'any', { schema: {} })],
    [output('value', 'any')],
  ),
  describeType(
    'api/output',
    [input('name', 'text', { schema: { type: 'string' } }), input('value', 'any', { schema: {} })],
    [output('value', 'any')],
  ),
]

const api = (side: 'input' | 'output', name?: string, rest: Partial<WorkflowNode> = {}): WorkflowNode => ({
  type: `api/${side}`,
  inputs: name === undefined ? {} : { name },
  ...rest,
})

function issues(nodes: Workflow['nodes'], subgraphs?: Workflow['subgraphs']): unknown[] {
  const workflow: Workflow = { format: 'woolgather', version: 1, name: 'names', nodes, subgraphs }
  return validateWorkflow(workflow, called).map(({ code, node, input: at }) => [code, node, at])
}

const twice = (node: string): unknown[] => ['duplicate-name', node, 'name']

test('two inputs, and two outputs, of one name are an issue on each [W18]', () => {
  expect(
    issues({
      a: api('input', 'who'),
      b: api('input', 'who'),
      c: api('input', 'mood'),
      d: api('output', 'who'),
      e: api('output', 'story'),
      f: api('output', 'story'),
    }),
  ).toEqual(['a', 'b', 'e', 'f'].map(twice))
})

test('a node without a name is called by its id [W18]', () => {
  expect(
    issues({ who: api('input'), b: api('input', 'who'), '': api('output'), c: api('output', '') }),
  ).toEqual([twice('who'), twice('b')])
})

test('every one of many is named, with another', () => {
  const nodes = { a: api('input', 'x'), b: api('input', 'x'), c: api('input', 'x') }
  const workflow: Workflow = { format: 'woolgather', version: 1, name: 'names', nodes }
  expect(validateWorkflow(workflow, called).map(({ message }) => message.slice(0, 11))).toEqual([
    '`a` and `c`',
    '`b` and `a`',
    '`c` and `a`',
  ])
})

test('nodes that are muted or bypassed, and those inside subgraphs, are called by nobody [W19]', () => {
  expect(
    issues(
      {
        a: api('input', 'who'),
        b: api('input', 'who', { mode: 'mute' }),
        c: api('input', 'who', { mode: 'bypass' }),
      },
      {
        part: {
          name: 'Part',
          inputs: [],
          outputs: [],
          nodes: { a: api('input', 'who'), b: api('input', 'who') },
        },
      },
    ),
  ).toEqual([])
})

test('two inputs or outputs of a subgraph of one name are an issue on it', () => {
  const port = (name: string) => ({ name, type: 'text' })
  const from = (name: string) => ({ ...port(name), from: ['t', 'text'] as const })
  const part = {
    name: 'Part',
    inputs: [port('a'), port('b'), port('a')],
    outputs: [from('x'), from('x'), from('y')],
    nodes: { t: { type: 'text/text', inputs: { text: '' } } },
  }
  expect(issues({ t: { type: 'text/text', inputs: { text: '' } } }, { part })).toEqual([
    ['duplicate-name', 'subgraph/part', undefined],
    ['duplicate-name', 'subgraph/part', undefined],
  ])
})
