import type { InputDescription, NodeDescription } from './description.ts'
import type { Link, Subgraph, Workflow, WorkflowNode } from './document.ts'
import { portsOf } from './ports-of.ts'
import { portTypes, type PortType } from './ports.ts'

export type Descriptions = ReadonlyMap<string, NodeDescription>

/** The type under which a subgraph is used as a node. */
export const subgraphPrefix = 'subgraph/'

/** All node types a workflow can use: those given, and its own subgraphs seen from outside. */
export function describeTypes(
  workflow: Workflow,
  given: readonly NodeDescription[] | Descriptions,
): Descriptions {
  const known = given instanceof Map ? (given as Descriptions) : byType(given as readonly NodeDescription[])
  const subgraphs = Object.entries(workflow.subgraphs ?? {})
  if (subgraphs.length === 0) return known
  const all = new Map(known)
  // twice the nesting could be needed at worst; every round settles one more level
  for (let round = 0; round <= subgraphs.length; round++) {
    let changed = false
    for (const [id, subgraph] of subgraphs) {
      const type = subgraphPrefix + id
      const description = describeSubgraph(type, subgraph, all)
      if (sameRequired(all.get(type), description)) continue
      all.set(type, description)
      changed = true
    }
    if (!changed) break
  }
  return all
}

function byType(given: readonly NodeDescription[]): Descriptions {
  return new Map(given.map((description) => [description.type, description]))
}

function sameRequired(before: NodeDescription | undefined, after: NodeDescription): boolean {
  return (
    before !== undefined && before.inputs.every((input, i) => input.required === after.inputs[i]?.required)
  )
}

function describeSubgraph(type: string, subgraph: Subgraph, known: Descriptions): NodeDescription {
  const readers = readersOf(subgraph, known)
  return {
    type,
    version: 1,
    title: subgraph.name,
    description: 'A subgraph of this workflow.',
    family: 'subgraph',
    inputs: subgraph.inputs.map((input) => describeInput(input, readers.get(input.name) ?? [])),
    outputs: subgraph.outputs.map((output) => ({
      name: output.name,
      type: portTypeOf(output.type),
      description: '',
    })),
  }
}

/** An input of a subgraph takes its form from the first inner input that reads it. */
function describeInput(input: { name: string; type: string }, readers: InputDescription[]): InputDescription {
  const first = readers[0]
  const described: InputDescription = {
    name: input.name,
    title: input.name,
    description: first?.description ?? '',
    type: portTypeOf(input.type),
    required: readers.some((reader) => reader.required),
  }
  if (first?.schema !== undefined) described.schema = first.schema
  if (first?.default !== undefined) described.default = first.default
  if (first?.widget !== undefined) described.widget = first.widget
  return described
}

function readersOf(subgraph: Subgraph, known: Descriptions): Map<string, InputDescription[]> {
  const readers = new Map<string, InputDescription[]>()
  for (const node of Object.values(subgraph.nodes)) {
    const description = known.get(node.type)
    if (description === undefined) continue
    const ports = portsOf(node, description, subgraph.nodes)
    for (const { input, link } of linksOf(node)) {
      const reader = link[0] === '$in' ? ports.inputs.get(input) : undefined
      if (reader === undefined) continue
      readers.set(link[1], [...(readers.get(link[1]) ?? []), reader])
    }
  }
  return readers
}

/** Every link into a node, lists of links laid out. */
export function linksOf(node: WorkflowNode): { input: string; link: Link; position: number }[] {
  const links: { input: string; link: Link; position: number }[] = []
  forEachLink(node, (input, link, position) => links.push({ input, link, position }))
  return links
}

/** The same without a list: graphs have many links, and most readers look at each once. */
export function forEachLink(
  node: WorkflowNode,
  visit: (input: string, link: Link, position: number) => void,
): void {
  const { links } = node
  if (links === undefined) return
  for (const input of Object.keys(links)) {
    const value = links[input] as Link | Link[]
    if (isLink(value)) visit(input, value, 0)
    else for (let i = 0; i < value.length; i++) visit(input, value[i] as Link, i)
  }
}

export function isLink(value: readonly unknown[]): value is Link {
  return value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'string'
}

export function portTypeOf(type: string): PortType {
  return portTypes.find((known) => known === type) ?? 'any'
}
