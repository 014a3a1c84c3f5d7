import type { ReactFlowState } from '@xyflow/react'
import { sketchFrom } from '../session/editing/watch-detail.ts'

/** Below this zoom the text of a node is too small to read, and is not drawn. */
export const readableZoom = 0.35

const none: ReadonlySet<string> = new Set()

type Seen = Pick<ReactFlowState, 'transform' | 'width' | 'height' | 'nodeLookup'>

/** Parts of the window beyond its edges in which nodes are drawn in full, and in which those that are stay so. */
const reach = 0.4
const keep = 1.5

/** The nodes to draw in full: those that are seen and large enough to read, and what has the focus. */
export function chooseDetail(
  { transform: [left, top, zoom], width, height, nodeLookup }: Seen,
  before: ReadonlySet<string> | undefined,
  focused: string | undefined,
): ReadonlySet<string> | undefined {
  if (nodeLookup.size < sketchFrom) return undefined
  if (zoom < readableZoom) return focused === undefined ? none : new Set([focused])
  const chosen = new Set<string>()
  for (const [id, { position, measured }] of nodeLookup) {
    const far = before?.has(id) ? keep : reach
    const x = position.x * zoom + left
    const y = position.y * zoom + top
    const inside =
      x < width * (1 + far) &&
      y < height * (1 + far) &&
      x + (measured.width ?? 0) * zoom > -width * far &&
      y + (measured.height ?? 0) * zoom > -height * far
    if (inside || id === focused) chosen.add(id)
  }
  return before && sameSet(chosen, before) ? before : chosen
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((id) => b.has(id))
}
