import type { Workflow, WorkflowNode } from '@woolgather/workflow'
import { linksInto } from '../document/inputs-of.ts'

/** Room for one node of usual size, in graph units. */
const column = 380
const row = 320

/** Places nodes that have no place (a file written by hand): columns by how far they are from a source. */
export function arrangeNodes(workflow: Workflow): Workflow {
  const entries = Object.entries(workflow.nodes)
  if (entries.every(([, node]) => node.view)) return workflow
  const depths = measureDepths(workflow.nodes)
  const filled = new Map<number, number>()
  const nodes = entries.map(([id, node]): [string, WorkflowNode] => {
    if (node.view) return [id, node]
    const depth = depths.get(id) ?? 0
    const place = filled.get(depth) ?? 0
    filled.set(depth, place + 1)
    return [id, { ...node, view: { x: depth * column, y: place * row } }]
  })
  return { ...workflow, nodes: Object.fromEntries(nodes) }
}

/** Links between a node and its furthest source. Nodes on a circle count from where it was entered. */
function measureDepths(nodes: Record<string, WorkflowNode>): Map<string, number> {
  const depths = new Map<string, number>()
  const measure = (id: string): number => {
    const known = depths.get(id)
    const node = nodes[id]
    if (known !== undefined || !node) return known ?? -1
    depths.set(id, 0)
    const sources = Object.keys(node.links ?? {}).flatMap((input) =>
      linksInto(node, input).map(([from]) => from),
    )
    const depth = 1 + Math.max(-1, ...sources.map(measure))
    depths.set(id, depth)
    return depth
  }
  for (const id of Object.keys(nodes)) measure(id)
  return depths
}
