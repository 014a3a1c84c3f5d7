import type { ExpandedNodes, ExpandedZone } from './expand-nodes.ts'
import type { PlanAxis, PlanNode, PlanZone } from './plan.ts'

/** The axes of a plan before it is known what they lie within. */
export interface NumberedAxes {
  axes: readonly Omit<PlanAxis, 'within'>[]
  /** Axis that each node's outputs are spread along, by the place of the node. */
  made: ReadonlyMap<number, number>
  zones: ReadonlyMap<ExpandedZone, PlanZone>
}

/** Axes are numbered in the order of their makers, so that each comes after those it lies within. */
export function numberAxes({ nodes, zones }: ExpandedNodes): NumberedAxes {
  const axes: Omit<PlanAxis, 'within'>[] = []
  const made = new Map<number, number>()
  const numbered = new Map<ExpandedZone, PlanZone>()
  const iterations = new Map(zones.map((zone) => [zone.init, zone]))
  for (const node of nodes) {
    const zone = iterations.get(node.index)
    if (zone === undefined && !(node.role === 'node' && spreads(node))) continue
    const index = axes.length
    const id = zone === undefined ? node.path : (nodes[zone.end] as { path: string }).path
    const label = node.literals['label']
    axes.push({
      index,
      id,
      label: typeof label === 'string' && label !== '' ? label : id,
      kind: zone === undefined ? 'list' : 'iteration',
      maker: node.index,
    })
    if (zone === undefined) made.set(node.index, index)
    else numbered.set(zone, { ...zone, axis: index })
  }
  return { axes, made, zones: numbered }
}

function spreads({ description }: Pick<PlanNode, 'description'>): boolean {
  return description.outputs.some((output) => output.spreads) || description.dynamicOutputs?.spreads === true
}
