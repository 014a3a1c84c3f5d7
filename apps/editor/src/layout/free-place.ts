export interface Point {
  x: number
  y: number
}

export interface Box extends Point {
  width: number
  height: number
}

/** Room a new node needs, in graph units, some air around it included. */
const room = { width: 300, height: 200 }

/** Between places that are tried, and how far out to look. */
const step = 40
const rings = 30

/**
 * The place nearest to `wanted` and within `view` where a new node would cover none of the others; `wanted` where
 * all that is seen is full. In graph units.
 */
export function findFreePlace(wanted: Point, boxes: readonly Box[], view: Box): Point {
  for (let ring = 0; ring <= rings; ring++) {
    const places = ringAround(wanted, ring).filter((place) => isSeen(place, view))
    const free = places.find((place) => !boxes.some((box) => overlaps(place, box)))
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

function isSeen({ x, y }: Point, view: Box): boolean {
  return (
    x >= view.x &&
    y >= view.y &&
    x + room.width <= view.x + view.width &&
    y + room.height <= view.y + view.height
  )
}

function overlaps({ x, y }: Point, box: Box): boolean {
  return x < box.x + box.width && box.x < x + room.width && y < box.y + box.height && box.y < y + room.height
}
