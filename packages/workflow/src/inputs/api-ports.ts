import { subgraphPrefix } from '../types/describe-subgraph.ts'
import type { Workflow, WorkflowNode } from '../document/document.ts'
import type { Json } from '../json/json.ts'
import { keepOrder } from '../json/ordered-json.ts'
import { schemaInputs } from '../parse/keep-key-order.ts'

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

function portsOfType({ nodes }: Workflow, type: string): ApiPort[] {
  const ports: ApiPort[] = []
  for (const node of Object.keys(nodes)) {
    const { type: its, inputs, mode } = nodes[node]!
    if (its !== type || mode !== undefined) continue
    const name = inputs?.['name']
    ports.push({ name: typeof name === 'string' && name !== '' ? name : node, node })
  }
  return ports
}

type BoundInput = { node: string; input: string; value: Json }

/**
 * A workflow with values from outside put into inputs of its nodes; a link on such an input gives way. They are literals,
 * but where a node reads control tokens in what its author typed: there they come over a link, as what they are.
 */
export function bindInputs(workflow: Workflow, values: readonly BoundInput[]): Workflow {
  const nodes = bindNodeInputs(workflow.nodes, values)
  for (const { node: id, input, value } of values) {
    const node = nodes[id]
    if (node === undefined || !holdsText(value) || !trustsTyping(node, workflow)) continue
    const outside = unusedId(nodes, `${id}.${input}`)
    const { [input]: _, ...inputs } = node.inputs ?? {}
    nodes[outside] = { type: apiInputType, inputs: { name: outside, value } }
    nodes[id] = { ...node, inputs, links: { ...node.links, [input]: [outside, 'value'] } }
  }
  return { ...workflow, nodes }
}

function holdsText(value: Json): boolean {
  return typeof value === 'string' || (typeof value === 'object' && value !== null)
}

/** Whether the node, or one in the subgraph it stands for, has its `special` switched on. */
function trustsTyping(node: WorkflowNode, { subgraphs = {} }: Workflow): boolean {
  const isOn = ({ inputs, links }: WorkflowNode): boolean =>
    (inputs?.['special'] ?? false) !== false || links?.['special'] !== undefined
  if (!node.type.startsWith(subgraphPrefix)) return isOn(node)
  return Object.values(subgraphs).some(({ nodes }) => Object.values(nodes).some(isOn))
}

function unusedId(nodes: Readonly<Record<string, WorkflowNode>>, wanted: string): string {
  return Object.hasOwn(nodes, wanted) ? unusedId(nodes, `${wanted}_`) : wanted
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
      inputs: { ...before.inputs, [input]: schemaInputs[before.type] === input ? keepOrder(value) : value },
      ...(others.length > 0 && { links: Object.fromEntries(others) }),
    }
  }
  return bound
}
