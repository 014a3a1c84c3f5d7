import {
  portsOf,
  portTypes,
  type InputDescription,
  type Link,
  type NodeDescription,
  type PortType,
  type WorkflowNode,
} from '@woolgather/workflow'

/** An input of one particular node: described by its type, or left over from something. */
export interface NodeInput extends InputDescription {
  /** Only named by the document: its type does not know it (any more). */
  orphan?: boolean
}

type Nodes = Readonly<Record<string, WorkflowNode>>

/**
 * Every input a node has, so that nothing the document says is ever invisible: those of its type, those its literals
 * make, and those only the document names. `nodes` are those it stands among.
 */
export function inputsOf(
  node: WorkflowNode,
  description: NodeDescription | undefined,
  nodes: Nodes,
): NodeInput[] {
  const known = description ? [...portsOf(node, description, nodes).inputs.values()] : []
  const names = new Set(known.map((input) => input.name))
  const literals = description ? Object.keys(node.inputs ?? {}) : []
  const named = [...Object.keys(node.links ?? {}), ...literals]
  const orphans = [...new Set(named)].filter((name) => !names.has(name)).map(orphanInput)
  return [...known, ...orphans]
}

function orphanInput(name: string): NodeInput {
  return {
    name,
    title: name,
    description: 'This node has no such input',
    type: 'any',
    required: false,
    orphan: true,
  }
}

/** Every output a node has, those that are only linked from included. */
export function outputsOf(
  id: string,
  description: NodeDescription | undefined,
  nodes: Nodes,
): NodeDescription['outputs'] {
  const node = nodes[id]
  const known = node && description ? portsOf(node, description, nodes) : undefined
  if (known && !known.open) return [...known.outputs.values()]
  const outputs = new Map(known?.outputs)
  for (const name of linkedOutputs(id, nodes))
    if (!outputs.has(name)) outputs.set(name, { name, type: known?.open?.type ?? 'any', description: '' })
  return [...outputs.values()]
}

function linkedOutputs(id: string, nodes: Nodes): Set<string> {
  const names = new Set<string>()
  for (const node of Object.values(nodes))
    for (const input of Object.keys(node.links ?? {}))
      for (const [from, output] of linksInto(node, input)) if (from === id) names.add(output)
  return names
}

/** The links into one input, as a list whether or not it takes several. */
export function linksInto(node: WorkflowNode, input: string): Link[] {
  const value = node.links?.[input]
  if (value === undefined) return []
  return isSingle(value) ? [value] : value
}

const known = new WeakMap<Readonly<Record<string, WorkflowNode>>, ReadonlySet<string>>()

/** Ids of the nodes that others are linked from. Found once for a graph as it stands. */
export function linkedFrom(nodes: Readonly<Record<string, WorkflowNode>>): ReadonlySet<string> {
  const found =
    known.get(nodes) ??
    new Set(
      Object.values(nodes).flatMap((node) =>
        Object.keys(node.links ?? {}).flatMap((input) => linksInto(node, input).map(([from]) => from)),
      ),
    )
  known.set(nodes, found)
  return found
}

export function isSingle(value: Link | Link[]): value is Link {
  return typeof value[0] === 'string'
}

/** A type of ports as a document writes it; one this version does not know takes anything. */
export function portTypeNamed(name: string): PortType {
  return portTypes.find((known) => known === name) ?? 'any'
}
