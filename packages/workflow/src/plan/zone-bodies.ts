import { between, reversed } from '../find-cycles.ts'
import type { PlanNode, PlanZone } from './plan.ts'

/** For each plan node inside a loop, the innermost one: what is behind the start and in front of the step. */
export function bodiesOf(nodes: readonly PlanNode[], zones: readonly PlanZone[]): Map<number, PlanZone> {
  const innermost = new Map<number, PlanZone>()
  if (zones.length === 0) return innermost
  const sources = nodes.map((node) => sourcesOf(node))
  const targets = reversed(sources)
  const bodies = zones.map((zone) => ({ zone, body: [...between(targets, sources, zone.start, zone.step)] }))
  // the larger first, so that the smaller has the last word
  bodies.sort((a, b) => b.body.length - a.body.length)
  for (const { zone, body } of bodies) {
    for (const i of body) if (i !== zone.start) innermost.set(i, zone)
  }
  return innermost
}

function sourcesOf(node: PlanNode): number[] {
  const sources = node.links.map((link) => link.source)
  const { zone, role } = node
  if (zone !== undefined) {
    if (role === 'zone-start') sources.push(zone.init)
    if (role === 'zone-step') sources.push(zone.start)
    if (role === 'zone-end') sources.push(zone.step)
  }
  return sources
}
