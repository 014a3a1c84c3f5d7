import type { Box } from './free-place.ts'

/** Where nodes lie, by their ids, in graph units. */
export type Boxes = ReadonlyMap<string, Box>

/** How the graph is seen: where its origin is in the window and in which scale, and how large the window is, in pixels. */
export interface Seen {
  transform: readonly [x: number, y: number, zoom: number]
  width: number
  height: number
}

/** What is seen of the graph, in graph units, and `beyond` parts of the window around it. */
export function seenArea({ transform: [left, top, zoom], width, height }: Seen, beyond: number): Box {
  return {
    x: (-width * beyond - left) / zoom,
    y: (-height * beyond - top) / zoom,
    width: (width * (1 + 2 * beyond)) / zoom,
    height: (height * (1 + 2 * beyond)) / zoom,
  }
}
