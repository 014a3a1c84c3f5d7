import { documentLimits } from '../document/document.ts'
import { createBetween, reversed } from '../graph/find-cycles.ts'
import type { Issue } from '../issues/issues.ts'
import type { ExpandedNode, ExpandedZone } from './expand-nodes.ts'

/** For each plan node inside a loop, the innermost one: what is behind the start and in front of the step. */
export function bodiesOf(
  nodes: readonly ExpandedNode[],
  zones: readonly ExpandedZone[],
): Map<number, ExpandedZone> {
  const innermost = new Map<number, ExpandedZone>()
  if (zones.length === 0) return innermost
  const sources = nodes.map((node) => sourcesOf(node))
  const between = createBetween(reversed(sources), sources, documentLimits.loopDepth)
  const sizes = new Map<ExpandedZone, number>()
  for (const zone of zones) {
    const body = between(zone.start, zone.step).nodes ?? new Set()
    sizes.set(zone, body.size)
    for (const i of body) {
      const other = innermost.get(i)
      const isInner = other === undefined || body.size <= (sizes.get(other) ?? 0)
      if (i !== zone.start && isInner) innermost.set(i, zone)
    }
  }
  return innermost
}

/** @param node where too many loops are open */
export function loopsTooDeep(node: string): Issue {
  return {
    code: 'invalid-zone',
    message: `\`${node}\` lies behind the starts of more than ${documentLimits.loopDepth} loops and before their ends.`,
    node,
    hint: `Loops nest at most ${documentLimits.loopDepth} deep: make several of them one, with more iterations.`,
  }
}

function sourcesOf(node: ExpandedNode): number[] {
  const sources = node.links.map((link) => link.source)
  const { zone, role } = node
  if (zone !== undefined) {
    if (role === 'zone-start') sources.push(zone.init)
    if (role === 'zone-step') sources.push(zone.start)
    if (role === 'zone-end') sources.push(zone.step)
  }
  return sources
}
