import type { Node } from '@xyflow/react'
import type { Box } from './free-place.ts'

/** Where the nodes lie and how large they are, as far as they have been measured. */
export function boxesOf(flow: { getNodes: () => Node[] }): Box[] {
  return flow.getNodes().map(({ position, measured }) => ({
    ...position,
    width: measured?.width ?? 0,
    height: measured?.height ?? 0,
  }))
}
