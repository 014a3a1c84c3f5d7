import type { Box } from './free-place.ts'

export type Alignment = 'left' | 'right' | 'top' | 'bottom' | 'middle' | 'centre'
export type Direction = 'across' | 'down'

export type Boxes = Readonly<Record<string, Box>>
export type Places = Record<string, { x: number; y: number }>

/** Where nodes go so that they share an edge of their common box, or its middle line. In graph units. */
export function alignNodes(boxes: Boxes, alignment: Alignment): Places {
  const all = Object.values(boxes)
  const left = Math.min(...all.map(({ x }) => x))
  const right = Math.max(...all.map(({ x, width }) => x + width))
  const top = Math.min(...all.map(({ y }) => y))
  const bottom = Math.max(...all.map(({ y, height }) => y + height))
  const place = ({ x, y, width, height }: Box): { x: number; y: number } => {
    switch (alignment) {
      case 'left':
        return { x: left, y }
      case 'right':
        return { x: right - width, y }
      case 'centre':
        return { x: (left + right - width) / 2, y }
      case 'top':
        return { x, y: top }
      case 'bottom':
        return { x, y: bottom - height }
      case 'middle':
        return { x, y: (top + bottom - height) / 2 }
    }
  }
  return mapPlaces(boxes, place)
}

/** Where nodes go so that the gaps between neighbours are equal; the outermost stay, unless there is no room. */
export function distributeNodes(boxes: Boxes, direction: Direction): Places {
  const across = direction === 'across'
  const start = (box: Box): number => (across ? box.x : box.y)
  const size = (box: Box): number => (across ? box.width : box.height)
  const sorted = Object.entries(boxes).sort(([, a], [, b]) => start(a) - start(b))
  const first = sorted[0]
  const last = sorted.at(-1)
  if (!first || !last || sorted.length < 3) return mapPlaces(boxes, ({ x, y }) => ({ x, y }))
  const taken = sorted.reduce((sum, [, box]) => sum + size(box), 0)
  const gap = Math.max(
    smallestGap,
    (start(last[1]) + size(last[1]) - start(first[1]) - taken) / (sorted.length - 1),
  )
  let at = start(first[1])
  const places = sorted.map(([id, box]): [string, Box] => {
    const placed = across ? { ...box, x: at } : { ...box, y: at }
    at += size(box) + gap
    return [id, placed]
  })
  return mapPlaces(Object.fromEntries(places), ({ x, y }) => ({ x, y }))
}

/** Air that is left between nodes where the outermost stand too close, in graph units. */
const smallestGap = 24

function mapPlaces(boxes: Boxes, place: (box: Box) => { x: number; y: number }): Places {
  return Object.fromEntries(
    Object.entries(boxes).map(([id, box]) => {
      const { x, y } = place(box)
      return [id, { x: Math.round(x), y: Math.round(y) }]
    }),
  )
}
