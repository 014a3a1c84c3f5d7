import { getViewportForBounds, type ReactFlowInstance } from '@xyflow/react'
import { graphOf } from './edit-graph.ts'
import type { Editor } from '../../store/editor.ts'
import { glide } from './glide.ts'

/** Zooming out stops here, and showing all does not zoom in further than life size. */
export const zoomLimits = { least: 0.01, most: 2 }

/** Air around everything, as a part of the window. */
const padding = 0.12

type Flow = Pick<ReactFlowInstance, 'getNodes' | 'getNodesBounds' | 'setViewport'>

/** Brings the whole graph into view, frames and notes too. `duration` in milliseconds. */
export function showAll(editor: Editor, flow: Flow, duration = 0): void {
  const stage = document.querySelector('.graph')
  const nodes = flow.getNodes()
  const { groups = [] } = graphOf(editor)
  if (!stage || nodes.length + groups.length === 0) return
  const boxes = [...(nodes.length > 0 ? [flow.getNodesBounds(nodes)] : []), ...groups]
  const x = Math.min(...boxes.map((box) => box.x))
  const y = Math.min(...boxes.map((box) => box.y))
  const width = Math.max(...boxes.map((box) => box.x + box.width)) - x
  const height = Math.max(...boxes.map((box) => box.y + box.height)) - y
  const viewport = getViewportForBounds(
    { x, y, width, height },
    stage.clientWidth,
    stage.clientHeight,
    zoomLimits.least,
    1,
    padding,
  )
  void flow.setViewport(viewport, { duration: glide(duration) })
}
