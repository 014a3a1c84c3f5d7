import type { NodeDescription, WorkflowNode } from '@woolgather/workflow'
import { linksInto } from '../document/inputs-of.ts'

type Nodes = Readonly<Record<string, WorkflowNode>>

export interface LoopBody {
  start: string
  end: string
  /** Start and end, and all that lies on a way from one to the other. */
  nodes: string[]
}

/** The loops of a graph: a node that ends one names the node that starts it. */
export function findLoopBodies(nodes: Nodes, types: ReadonlyMap<string, NodeDescription>): LoopBody[] {
  return Object.entries(nodes).flatMap(([end, node]) => {
    const description = types.get(node.type)
    const from = description?.zone === 'end' ? description.dynamicInputs?.from : undefined
    const start = from === undefined ? undefined : node.inputs?.[from]
    if (typeof start !== 'string' || !nodes[start]) return []
    const behind = reach(start, targetsIn(nodes))
    const before = reach(end, (id) => sourcesOf(nodes[id]))
    return [
      { start, end, nodes: Object.keys(nodes).filter((id) => isInside(id, start, end, behind, before)) },
    ]
  })
}

function isInside(id: string, start: string, end: string, behind: Set<string>, before: Set<string>): boolean {
  return id === start || id === end || (behind.has(id) && before.has(id))
}

function sourcesOf(node: WorkflowNode | undefined): string[] {
  return Object.keys(node?.links ?? {}).flatMap((input) => linksInto(node!, input).map(([from]) => from))
}

function targetsIn(nodes: Nodes): (id: string) => string[] {
  const targets = new Map<string, string[]>()
  for (const [id, node] of Object.entries(nodes))
    for (const source of sourcesOf(node)) targets.set(source, [...(targets.get(source) ?? []), id])
  return (id) => targets.get(id) ?? []
}

function reach(from: string, next: (id: string) => string[]): Set<string> {
  const seen = new Set([from])
  const open = [from]
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const other of next(id)) {
      if (seen.has(other)) continue
      seen.add(other)
      open.push(other)
    }
  return seen
}
