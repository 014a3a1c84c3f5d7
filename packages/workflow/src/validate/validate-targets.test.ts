import { expect, test } from 'vitest'
import type { Subgraph, WorkflowNode } from '../document/document.ts'
import type { Issue } from '../issues/issues.ts'
import { descriptions, workflow } from '../testing/descriptions.ts'
import { validateWorkflow } from './validate-workflow.ts'

const good: WorkflowNode = { type: 'text/text', inputs: { text: 'fine' } }
const preview = (node: string, output = 'text'): WorkflowNode => ({
  type: 'output/preview',
  links: { value: [node, output] },
})

function nodesAtFault(
  nodes: Record<string, WorkflowNode>,
  target: string,
  rest = {},
): (string | undefined)[] {
  return validateWorkflow(workflow(nodes, rest), descriptions, { targets: [target] }).map(
    (issue: Issue) => issue.node,
  )
}

test('what a target does not need may be as wrong as it likes [W30]', () => {
  const nodes = {
    good,
    show: preview('good'),
    bad: { type: 'text/text', inputs: { text: 1 } },
    badshow: preview('bad'),
    gone: { type: 'someone/else' },
    miss: { type: 'text/template', inputs: { template: '{{a}}' } },
    round: { type: 'text/text', links: { text: ['about', 'text'] } },
    about: { type: 'text/text', links: { text: ['round', 'text'] } },
    endless: { type: 'loopback/start', inputs: { slots: {}, maximum: 1 } },
  } satisfies Record<string, WorkflowNode>
  expect(nodesAtFault(nodes, 'show')).toEqual([])
  expect(nodesAtFault(nodes, 'badshow')).toEqual(['bad'])
  expect(nodesAtFault(nodes, 'gone')).toEqual(['gone'])
  expect(nodesAtFault(nodes, 'about')).toHaveLength(1)
  expect(nodesAtFault(nodes, 'endless')).toEqual(['endless'])
  expect(validateWorkflow(workflow(nodes), descriptions).length).toBeGreaterThan(4)
})

test('faults of a target that does not exist, and of the document as a whole, are told whatever is asked for [W30]', () => {
  expect(validateWorkflow(workflow({ good }), descriptions, { targets: ['goood'] })).toEqual([
    expect.objectContaining({ code: 'unknown-target', hint: 'Did you mean `good`?' }),
  ])
  const itself = { name: 'g', inputs: [], outputs: [], nodes: { again: { type: 'subgraph/g' } } }
  expect(nodesAtFault({ good, u: { type: 'subgraph/g' } }, 'good', { subgraphs: { g: itself } })).toEqual([
    'subgraph/g',
  ])
})

test('of a subgraph only what leads to the output that is read is looked at [W30]', () => {
  const g: Subgraph = {
    name: 'g',
    inputs: [{ name: 'v', type: 'text' }],
    outputs: [
      { name: 'right', type: 'text', from: ['fine', 'text'] },
      { name: 'wrong', type: 'text', from: ['bad', 'text'] },
      { name: 'through', type: 'text', from: ['inner', 'text'] },
    ],
    nodes: {
      fine: good,
      bad: { type: 'no/such' },
      inner: { type: 'text/text', links: { text: ['$in', 'v'] } },
    },
  }
  const nodes = {
    u: { type: 'subgraph/g', links: { v: ['source', 'text'] } },
    source: { type: 'text/text' },
    right: preview('u', 'right'),
    wrong: preview('u', 'wrong'),
    through: preview('u', 'through'),
  } satisfies Record<string, WorkflowNode>
  const rest = { subgraphs: { g } }
  expect(nodesAtFault(nodes, 'right', rest)).toEqual([])
  expect(nodesAtFault(nodes, 'wrong', rest)).toEqual(['subgraph/g/bad'])
  expect(nodesAtFault(nodes, 'through', rest)).toEqual(['source'])
  expect(nodesAtFault(nodes, 'u/inner', rest)).toEqual(['source'])
  expect(nodesAtFault(nodes, 'u', rest)).toEqual(['source', 'subgraph/g/bad'])
})

test('a bypassed node on the way is needed, and so is what it hands on', () => {
  const nodes = {
    bad: { type: 'text/text', inputs: { text: 1 } },
    past: { type: 'text/text', mode: 'bypass', inputs: { no: 1 }, links: { text: ['bad', 'text'] } },
    show: preview('past'),
  } satisfies Record<string, WorkflowNode>
  expect(nodesAtFault(nodes, 'show')).toEqual(['bad', 'past'])
})
