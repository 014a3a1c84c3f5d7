import { getViewportForBounds, type ReactFlowInstance, type Viewport } from '@xyflow/react'
import type { Box } from '../../layout/free-place.ts'
import { meet, surround } from '../../layout/surround.ts'
import { graphOf } from './edit-graph.ts'
import type { Editor } from '../../store/editor.ts'
import { glide } from './glide.ts'
import { coveredParts, seenPart } from './seen-part.ts'

/** Zooming out stops here, and showing all does not zoom in further than life size. */
export const zoomLimits = { least: 0.01, most: 2 }

/** Air around everything, as a part of the window. */
const padding = 0.12

type Flow = Pick<ReactFlowInstance, 'setViewport'>

/** Brings the whole graph into view, frames and notes too. `duration` in milliseconds. */
export function showAll(editor: Editor, flow: Flow, duration = 0): void {
  const stage = document.querySelector('.graph')?.getBoundingClientRect()
  const { boxes } = editor.front.view.getState()
  const { groups = [] } = graphOf(editor)
  if (!stage || boxes.size + groups.length === 0) return
  const { x, y, zoom } = fitBeside(surround([...boxes.values(), ...groups]), seenPart(), coveredParts())
  void flow.setViewport({ x: x - stage.x, y: y - stage.y, zoom }, { duration: glide(duration) })
}

/** Where the graph is seen whole and largest: under nothing that lies over a corner. In pixels of the window. */
export function fitBeside(graph: Box, part: Box, covers: readonly Box[]): Viewport {
  const whole = fitInto(graph, part)
  const cover = covers.find((one) => meet(placed(graph, whole), one))
  if (!cover) return whole
  const parts = beside(part, cover).filter(({ width, height }) => width > least && height > least)
  const fits = parts.map((smaller) => fitBeside(graph, smaller, covers))
  return fits.reduce((best, fit) => (fit.zoom > best.zoom ? fit : best), fits[0] ?? whole)
}

/** Smaller parts of the window than this are not worth it, in pixels. */
const least = 80

/** What is above a part that is covered, and what is left and right of it. */
function beside(part: Box, cover: Box): Box[] {
  const right = cover.x + cover.width
  return [
    { ...part, height: cover.y - part.y },
    { ...part, width: cover.x - part.x },
    { ...part, x: right, width: part.x + part.width - right },
  ]
}

function fitInto(graph: Box, { x, y, width, height }: Box): Viewport {
  const fit = getViewportForBounds(graph, width, height, zoomLimits.least, 1, padding)
  return { ...fit, x: fit.x + x, y: fit.y + y }
}

function placed({ x, y, width, height }: Box, { x: left, y: top, zoom }: Viewport): Box {
  return { x: x * zoom + left, y: y * zoom + top, width: width * zoom, height: height * zoom }
}
