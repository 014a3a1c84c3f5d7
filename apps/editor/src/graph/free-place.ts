import type { Point } from '../store/view-store.ts'

export interface Box extends Point {
  width: number
  height: number
}

/** Room a new node needs, in graph units, some air around it included. */
const room = { width: 300, height: 240 }

/** Between places that are tried, and how far out to look. */
const step = 60
const rings = 24

/** The place nearest to `wanted` where a new node would cover none of the others; `wanted` where all is full. */
export function findFreePlace(wanted: Point, boxes: readonly Box[]): Point {
  for (let ring = 0; ring <= rings; ring++) {
    const free = ringAround(wanted, ring).find((place) => !boxes.some((box) => overlaps(place, box)))
    if (free) return free
  }
  return wanted
}

/** Places at one distance, nearest first: below and beside before the corners. */
function ringAround({ x, y }: Point, ring: number): Point[] {
  const places: (Point & { distance: number })[] = []
  for (let dx = -ring; dx <= ring; dx++)
    for (let dy = -ring; dy <= ring; dy++)
      if (Math.max(Math.abs(dx), Math.abs(dy)) === ring)
        places.push({ x: x + dx * step, y: y + dy * step, distance: Math.hypot(dx, dy) })
  return places.sort((a, b) => a.distance - b.distance).map((place) => ({ x: place.x, y: place.y }))
}

function overlaps({ x, y }: Point, box: Box): boolean {
  return x < box.x + box.width && box.x < x + room.width && y < box.y + box.height && box.y < y + room.height
}
