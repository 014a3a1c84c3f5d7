import { getViewportForBounds, type ReactFlowInstance } from '@xyflow/react'
import { surround } from '../../layout/surround.ts'
import { graphOf } from './edit-graph.ts'
import type { Editor } from '../../store/editor.ts'
import { glide } from './glide.ts'

/** Zooming out stops here, and showing all does not zoom in further than life size. */
export const zoomLimits = { least: 0.01, most: 2 }

/** Air around everything, as a part of the window. */
const padding = 0.12

type Flow = Pick<ReactFlowInstance, 'setViewport'>

/** Brings the whole graph into view, frames and notes too. `duration` in milliseconds. */
export function showAll(editor: Editor, flow: Flow, duration = 0): void {
  const stage = document.querySelector('.graph')
  const { boxes } = editor.front.view.getState()
  const { groups = [] } = graphOf(editor)
  if (!stage || boxes.size + groups.length === 0) return
  const viewport = getViewportForBounds(
    surround([...boxes.values(), ...groups]),
    stage.clientWidth,
    stage.clientHeight,
    zoomLimits.least,
    1,
    padding,
  )
  void flow.setViewport(viewport, { duration: glide(duration) })
}
