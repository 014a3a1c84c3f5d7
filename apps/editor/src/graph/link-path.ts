import type { Place } from '@woolgather/workflow'

/** How far a link leaves its end before it bends, at least and as a part of the way, in graph units. */
const shortestBend = 24
const bendPart = 0.5

/** The way of a link as an SVG path: a soft curve from point to point, level where it passes through one. */
export function linkPath(points: readonly Place[]): string {
  const [first, ...rest] = points
  if (!first) return ''
  let from = first
  const curves = rest.map((to) => {
    const bend = Math.max(shortestBend, Math.abs(to.x - from.x) * bendPart)
    const curve = `C${from.x + bend},${from.y} ${to.x - bend},${to.y} ${to.x},${to.y}`
    from = to
    return curve
  })
  return `M${first.x},${first.y} ${curves.join(' ')}`
}
