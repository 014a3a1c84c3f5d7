import type { NodeDescription, Workflow, WorkflowNode } from '@woolgather/workflow'
import { linksInto } from '../document/inputs-of.ts'
import { chooseControl } from '../widgets/choose-control.ts'

type Types = ReadonlyMap<string, NodeDescription>

/** From one column to the next, and between nodes in one column, in graph units. */
const column = 380
const gap = 60

/** Places nodes that have no place (a file written by hand): columns by how far they are from a source. */
export function arrangeNodes(workflow: Workflow, types: Types): Workflow {
  const entries = Object.entries(workflow.nodes)
  if (entries.every(([, node]) => node.view)) return workflow
  const depths = measureDepths(workflow.nodes)
  const filled = new Map<number, number>()
  const nodes = entries.map(([id, node]): [string, WorkflowNode] => {
    if (node.view) return [id, node]
    const depth = depths.get(id) ?? 0
    const y = filled.get(depth) ?? 0
    filled.set(depth, y + estimateHeight(node, types.get(node.type)) + gap)
    return [id, { ...node, view: { x: depth * column, y } }]
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

/** About how high a node will be, in graph units, a result of some lines included: nothing is drawn yet. */
export function estimateHeight(node: WorkflowNode, description: NodeDescription | undefined): number {
  if (!description) return 160
  const fields = description.inputs.filter(
    ({ name, advanced }) => !advanced || node.inputs?.[name] !== undefined,
  )
  const controls = fields.map((input) => chooseControl(input, description).kind)
  const tall = controls.filter((kind) => ['textarea', 'code', 'model', 'json', 'list'].includes(kind)).length
  const ports = Math.max(description.outputs.length, controls.filter((kind) => kind === 'none').length)
  const result = description.sink === true || description.family === 'generation' ? 200 : 0
  return 80 + ports * 24 + tall * 76 + (controls.length - tall) * 30 + result
}
