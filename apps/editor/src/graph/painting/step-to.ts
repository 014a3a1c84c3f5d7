import type { Place } from '@woolgather/workflow'
import type { Box } from '../../layout/free-place.ts'
import type { Boxes } from '../../layout/seen-area.ts'

/** Ways of the arrow keys. */
export const ways: Readonly<Record<string, Place>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

/** How much further a node seems for lying aside of the way. */
const aside = 2

/** The nearest node one comes to from a place in a way; undefined where there is none. */
export function stepTo(boxes: Boxes, from: Place, way: Place): string | undefined {
  let found: string | undefined
  let nearest = Infinity
  for (const [id, box] of boxes) {
    const { x, y } = middleOf(box)
    const [dx, dy] = [x - from.x, y - from.y]
    const along = dx * way.x + dy * way.y
    if (along < 1) continue
    const distance = along + aside * Math.abs(dx * way.y + dy * way.x)
    if (distance >= nearest) continue
    nearest = distance
    found = id
  }
  return found
}

/** The node whose middle is nearest to a place. */
export function nearestTo(boxes: Boxes, place: Place): string | undefined {
  let found: string | undefined
  let nearest = Infinity
  for (const [id, box] of boxes) {
    const { x, y } = middleOf(box)
    const distance = Math.hypot(x - place.x, y - place.y)
    if (distance < nearest) [nearest, found] = [distance, id]
  }
  return found
}

export function middleOf({ x, y, width, height }: Box): Place {
  return { x: x + width / 2, y: y + height / 2 }
}
