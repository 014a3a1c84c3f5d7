import type { Workflow, WorkflowNode } from '../document/document.ts'
import type { Json } from '../json/json.ts'

/** Types of the nodes by which a workflow is called from outside. */
export const apiInputType = 'api/input'
export const apiOutputType = 'api/output'

/** A named way into or out of a workflow: the node that stands for it. */
export interface ApiPort {
  name: string
  node: string
}

/** The inputs by which a workflow is called, in the order of its nodes. */
export function apiInputs(workflow: Workflow): ApiPort[] {
  return portsOfType(workflow, apiInputType)
}

/** What a workflow that is called gives back, in the order of its nodes. */
export function apiOutputs(workflow: Workflow): ApiPort[] {
  return portsOfType(workflow, apiOutputType)
}

function portsOfType(workflow: Workflow, type: string): ApiPort[] {
  return Object.entries(workflow.nodes).flatMap(([node, { type: its, inputs, mode }]) => {
    if (its !== type || mode !== undefined) return []
    const name = inputs?.['name']
    return [{ name: typeof name === 'string' && name !== '' ? name : node, node }]
  })
}

type BoundInput = { node: string; input: string; value: Json }

/** A workflow with literals put into inputs of its nodes; a link on such an input gives way. */
export function bindInputs(workflow: Workflow, values: readonly BoundInput[]): Workflow {
  return { ...workflow, nodes: bindNodeInputs(workflow.nodes, values) }
}

/** The same for the nodes of a workflow or subgraph alone. */
export function bindNodeInputs(
  nodes: Readonly<Record<string, WorkflowNode>>,
  values: readonly BoundInput[],
): Record<string, WorkflowNode> {
  const bound = { ...nodes }
  for (const { node, input, value } of values) {
    const before = bound[node]
    if (before === undefined) continue
    const { links, ...rest } = before
    const others = Object.entries(links ?? {}).filter(([name]) => name !== input)
    bound[node] = {
      ...rest,
      inputs: { ...before.inputs, [input]: value },
      ...(others.length > 0 && { links: Object.fromEntries(others) }),
    }
  }
  return bound
}
