import type { ReactFlowInstance } from '@xyflow/react'
import type { Box, Point } from './free-place.ts'
import { findFreePlace } from './free-place.ts'

export type Surroundings = Pick<ReactFlowInstance, 'screenToFlowPosition'>

/** The free place nearest to a point of the window, in graph units, among what is seen of the graph. `boxes` are taken. */
export function freePlaceIn(flow: Surroundings, screen: Point, boxes: Iterable<Box>): Point {
  const seen = document.querySelector('.graph')?.getBoundingClientRect() ?? new DOMRect()
  const corner = flow.screenToFlowPosition({ x: seen.left, y: seen.top })
  const opposite = flow.screenToFlowPosition({ x: seen.right, y: seen.bottom })
  const view = { ...corner, width: opposite.x - corner.x, height: opposite.y - corner.y }
  return findFreePlace(flow.screenToFlowPosition(screen), [...boxes], view)
}
