import type { ReactFlowInstance } from '@xyflow/react'
import type { Editor } from '../../store/editor.ts'
import { whenDrawn } from './when-drawn.ts'
import { glide } from './glide.ts'
import { seenPart } from './seen-part.ts'

/** Frames left to wait when a new node must have been drawn if it is seen. */
const framesToDraw = 50

/** Pixels around a new node that are seen as well. */
const margin = 16

type Flow = Pick<ReactFlowInstance, 'getViewport' | 'setViewport' | 'setCenter'>

/**
 * Brings a new node into view, once it is drawn, and moves the keyboard to it (to the field of an input, where one is
 * named, with what is in it selected), unless the keyboard has gone elsewhere by then.
 */
export function focusNode(editor: Editor, id: string, flow: Flow, input?: string): void {
  const from = document.activeElement
  let sought = false
  whenDrawn(id, (node, left) => {
    const now = document.activeElement
    if (now !== from && now !== document.body) return true
    // It takes a frame to be drawn; what is still not there then is not seen, in a graph of which only that is drawn.
    if (node === null && !sought && left < framesToDraw) {
      sought = true
      centreOn(editor, id, flow, flow.getViewport().zoom)
    }
    const field =
      input === undefined
        ? node
        : node?.querySelector<HTMLElement>(`[data-input="${CSS.escape(input)}"] textarea`)
    const target = field ?? (left === 0 ? node : undefined)
    if (!node || !target?.checkVisibility({ visibilityProperty: true })) return false
    bringIntoView(node, flow)
    target.focus({ preventScroll: true })
    if (target instanceof HTMLTextAreaElement) target.select()
    return true
  })
}

/** Puts the middle of a node into the middle of what is seen, wherever it is. `duration` in milliseconds. */
export function centreOn(
  editor: Editor,
  id: string,
  flow: Pick<ReactFlowInstance, 'setCenter'>,
  zoom: number,
  duration = 0,
): void {
  const box = editor.front.view.getState().boxes.get(id)
  if (box)
    void flow.setCenter(box.x + box.width / 2, box.y + box.height / 2, { zoom, duration: glide(duration) })
}

/** Moves what is seen of the graph just so far that all of a node is seen; of one that is too large, its head. */
function bringIntoView(node: HTMLElement, flow: Flow): void {
  const area = seenPart()
  const box = node.getBoundingClientRect()
  const { x, y, zoom } = flow.getViewport()
  const right = moveInto(box.left, box.right, area.x, area.x + area.width)
  const down = moveInto(box.top, box.bottom, area.y, area.y + area.height)
  if (right !== 0 || down !== 0)
    void flow.setViewport({ x: x + right, y: y + down, zoom }, { duration: glide(200) })
}

/** How far a stretch from `start` to `end` has to move to lie within one from `first` to `last`: its start, at least. */
function moveInto(start: number, end: number, first: number, last: number): number {
  const back = Math.min(0, last - margin - end)
  return Math.max(back, first + margin - start)
}
