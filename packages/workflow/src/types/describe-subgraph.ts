import type { InputDescription, NodeDescription } from './description.ts'
import type { Link, Subgraph, Workflow, WorkflowNode } from '../document/document.ts'
import { sortTopologically } from '../graph/find-cycles.ts'
import { createPortsReader } from './ports-of.ts'
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
  // what an input takes follows from the nodes inside that read it: inner subgraphs come before those that use them
  for (const [id, subgraph] of innermostFirst(subgraphs)) {
    all.set(subgraphPrefix + id, describeSubgraph(subgraphPrefix + id, subgraph, all))
  }
  return all
}

type Named = [id: string, subgraph: Subgraph]

/** Those that contain themselves, which is told as an issue, come last. */
function innermostFirst(subgraphs: Named[]): Named[] {
  const { order, rest } = sortTopologically(usesOf(subgraphs))
  return [...order.reverse(), ...rest].map((i) => subgraphs[i] as Named)
}

/** For each subgraph the numbers of those it uses, one for each use. */
export function usesOf(subgraphs: readonly Named[]): number[][] {
  const numbers = new Map(subgraphs.map(([id], i) => [subgraphPrefix + id, i]))
  return subgraphs.map(([, { nodes }]) => Object.values(nodes).flatMap(({ type }) => numbers.get(type) ?? []))
}

function byType(given: readonly NodeDescription[]): Descriptions {
  return new Map(given.map((description) => [description.type, description]))
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
  const portsOf = createPortsReader()
  for (const node of Object.values(subgraph.nodes)) {
    const description = known.get(node.type)
    if (description === undefined) continue
    const ports = portsOf(node, description, subgraph.nodes)
    for (const { input, link } of linksOf(node)) {
      const reader = link[0] === '$in' ? ports.inputs.get(input) : undefined
      if (reader === undefined) continue
      const others = readers.get(link[1])
      if (others === undefined) readers.set(link[1], [reader])
      else others.push(reader)
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
