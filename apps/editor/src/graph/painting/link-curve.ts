import type { Place } from '@woolgather/workflow'
import type { Box } from '../../layout/free-place.ts'

/** A cubic curve: where it begins, its two handles, where it ends. */
export type Curve = readonly [Place, Place, Place, Place]

/** How far a link that is led through points leaves its end before it bends, in graph units, as `linkPath` has it. */
const shortestBend = 24

/** React Flow's bend of a link that goes backwards. */
const curvature = 0.25

/** The way of a link as it is painted: the same that `LinkEdge` draws. */
export function linkCurves(from: Place, to: Place, points: readonly Place[]): Curve[] {
  if (points.length === 0) return [bent(from, to, directBend(to.x - from.x))]
  const way = [from, ...points, to]
  return way
    .slice(1)
    .map((end, at) => bent(way[at]!, end, Math.max(shortestBend, Math.abs(end.x - way[at]!.x) / 2)))
}

function directBend(across: number): number {
  return across >= 0 ? across / 2 : curvature * 25 * Math.sqrt(-across)
}

function bent(from: Place, to: Place, bend: number): Curve {
  return [from, { x: from.x + bend, y: from.y }, { x: to.x - bend, y: to.y }, to]
}

/** A box that a curve does not leave. */
export function boxOfCurve(curve: Curve): Box {
  const xs = curve.map(({ x }) => x)
  const ys = curve.map(({ y }) => y)
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y }
}

/** Parts a curve is cut into to find how near it comes to a point. */
const parts = 24

/** How near a curve comes to a point, about. */
export function distanceTo(curve: Curve, place: Place): number {
  let nearest = Infinity
  let last = curve[0]
  for (let part = 1; part <= parts; part++) {
    const next = pointOn(curve, part / parts)
    nearest = Math.min(nearest, distanceToLine(last, next, place))
    last = next
  }
  return nearest
}

function pointOn([a, b, c, d]: Curve, t: number): Place {
  const s = 1 - t
  const [p, q, r, u] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t]
  return { x: p * a.x + q * b.x + r * c.x + u * d.x, y: p * a.y + q * b.y + r * c.y + u * d.y }
}

function distanceToLine(a: Place, b: Place, { x, y }: Place): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const length = dx * dx + dy * dy
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - a.x) * dx + (y - a.y) * dy) / length))
  return Math.hypot(x - a.x - along * dx, y - a.y - along * dy)
}
