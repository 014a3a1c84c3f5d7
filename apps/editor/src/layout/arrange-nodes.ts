import type { NodeDescription, Subgraph, Workflow, WorkflowNode } from '@woolgather/workflow'
import { linksInto } from '../document/inputs-of.ts'
import { chooseControl, isTall } from '../document/choose-control.ts'

type Types = ReadonlyMap<string, NodeDescription>

/** Width of a node that was never resized, in graph units. */
export const defaultWidth = 280

/** From one column to the next, and between nodes in one column, in graph units. */
const column = 380
const gap = 60

/** Places nodes that have no place (a file written by hand), those inside subgraphs too. */
export function arrangeNodes(workflow: Workflow, types: Types): Workflow {
  const scopes = [workflow, ...Object.values(workflow.subgraphs ?? {})]
  if (scopes.every(({ nodes }) => Object.values(nodes).every(({ view }) => view))) return workflow
  const arranged = <S extends Subgraph | Workflow>(scope: S): S => ({
    ...scope,
    nodes: arrange(scope.nodes, types),
  })
  const inner = Object.entries(workflow.subgraphs ?? {}).map(([id, subgraph]) => [id, arranged(subgraph)])
  return { ...arranged(workflow), ...(inner.length > 0 && { subgraphs: Object.fromEntries(inner) }) }
}

/** Columns by how far nodes are from a source. */
function arrange(all: Record<string, WorkflowNode>, types: Types): Record<string, WorkflowNode> {
  const entries = Object.entries(all)
  const depths = measureDepths(all)
  const filled = new Map<number, number>()
  const nodes = entries.map(([id, node]): [string, WorkflowNode] => {
    if (node.view) return [id, node]
    const depth = depths.get(id) ?? 0
    const y = filled.get(depth) ?? 0
    const description = types.get(node.type)
    filled.set(depth, y + estimateHeight(node, description) + estimateResult(description) + gap)
    return [id, { ...node, view: { x: depth * column, y } }]
  })
  return Object.fromEntries(nodes)
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

/** Families whose nodes write. */
const roomy: ReadonlySet<string> = new Set(['generation', 'diffusion'])

/** Room for a result of some lines, in graph units. */
function estimateResult(description: NodeDescription | undefined): number {
  return description?.sink === true || roomy.has(description?.family ?? '') ? 200 : 0
}

/** About how high a node will be, in graph units, without its result: nothing is drawn yet. */
export function estimateHeight(node: WorkflowNode, description: NodeDescription | undefined): number {
  if (!description) return 160
  const fields = description.inputs.filter(
    ({ name, advanced }) => !advanced || node.inputs?.[name] !== undefined,
  )
  const controls = fields.map((input) => chooseControl(input, description).kind)
  const tall = controls.filter(isTall).length
  const ports = Math.max(description.outputs.length, controls.filter((kind) => kind === 'none').length)
  const plain = controls.filter((kind) => kind !== 'none').length - tall
  const natural =
    50 + ports * 24 + tall * 72 + plain * 32 + (fields.length < description.inputs.length ? 28 : 0)
  return Math.max(natural, node.view?.height ?? 0)
}
