import { forEachLink, portTypeOf, type Descriptions } from '../types/describe-subgraph.ts'
import type { WorkflowNode } from '../document/document.ts'
import type { Adjacency } from '../graph/find-cycles.ts'
import { createPortsReader, type Ports } from '../types/ports-of.ts'
import type { PortType } from '../types/ports.ts'

/** The nodes that can see each other: a workflow's own, or those of one subgraph. Read once, checked from many sides. */
export interface Scope {
  nodes: Readonly<Record<string, WorkflowNode>>
  descriptions: Descriptions
  /** In front of a node's id wherever an issue names it: `subgraph/<id>/`, or nothing. */
  prefix: string
  ids: string[]
  /** Ports by id; absent where the type is unknown. */
  ports: Map<string, Ports>
  /** What `["$in", name]` reads. */
  inputs: ReadonlyMap<string, PortType>
  /** Number of a node → numbers of those that link from it. */
  targets: Adjacency
  numbers: ReadonlyMap<string, number>
}

export function readScope(
  nodes: Readonly<Record<string, WorkflowNode>>,
  descriptions: Descriptions,
  inside?: { prefix: string; inputs: { name: string; type: string }[] },
): Scope {
  const ids = Object.keys(nodes)
  const ports = new Map<string, Ports>()
  const portsOf = createPortsReader()
  for (const id of ids) {
    const node = nodes[id] as WorkflowNode
    const description = descriptions.get(node.type)
    if (description !== undefined) ports.set(id, portsOf(node, description, nodes))
  }
  const numbers = new Map(ids.map((id, i) => [id, i]))
  const inputs = new Map((inside?.inputs ?? []).map(({ name, type }) => [name, portTypeOf(type)]))
  const targets = connect(nodes, ids, numbers)
  return { nodes, descriptions, prefix: inside?.prefix ?? '', ids, ports, inputs, targets, numbers }
}

function connect(
  nodes: Readonly<Record<string, WorkflowNode>>,
  ids: string[],
  numbers: ReadonlyMap<string, number>,
): number[][] {
  const targets: number[][] = ids.map(() => [])
  for (let i = 0; i < ids.length; i++) {
    forEachLink(nodes[ids[i] as string] as WorkflowNode, (_, link) => {
      const from = numbers.get(link[0])
      if (from !== undefined) targets[from]?.push(i)
    })
  }
  return targets
}
