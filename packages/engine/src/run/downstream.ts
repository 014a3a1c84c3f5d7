import type { Plan } from '@woolgather/workflow'

/** Plan nodes that depend on one of `starts`, these included. Nodes come after what they read, so one pass is enough. */
export function downstreamOf(plan: Plan, starts: readonly number[]): Set<number> {
  const found = new Set(starts)
  for (const node of plan.nodes) {
    const { zone } = node
    const within =
      zone !== undefined &&
      [zone.init, zone.start, zone.step].some((part) => part < node.index && found.has(part))
    if (within || node.links.some((link) => found.has(link.source))) found.add(node.index)
  }
  return found
}
