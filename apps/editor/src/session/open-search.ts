import type { Editor } from '../store/editor.ts'
import type { Point } from '../store/view-store.ts'

interface Flow {
  screenToFlowPosition: (point: Point) => Point
}

let pointer: Point | undefined

/** Remembers where the pointer is, for lists and pasted nodes that appear there. Returns how to stop. */
export function watchPointer(): () => void {
  const move = (event: PointerEvent): void => {
    pointer = { x: event.clientX, y: event.clientY }
  }
  addEventListener('pointermove', move, { passive: true })
  return () => removeEventListener('pointermove', move)
}

/** The pointer where it is over the graph, else the middle of the graph. In pixels of the window. */
export function placeOnGraph(): Point {
  const graph = document.querySelector('.graph')?.getBoundingClientRect()
  if (!graph) return { x: innerWidth / 2, y: innerHeight / 2 }
  const over =
    pointer &&
    pointer.x > graph.left &&
    pointer.x < graph.right &&
    pointer.y > graph.top &&
    pointer.y < graph.bottom
  return over ? pointer! : { x: graph.left + graph.width / 2, y: graph.top + graph.height / 2 }
}

export function searchAtPointer(editor: Editor, flow: Flow): void {
  openAt(editor, flow, placeOnGraph())
}

export function searchAtCenter(editor: Editor, flow: Flow): void {
  const graph = document.querySelector('.graph')?.getBoundingClientRect()
  const screen = graph ? { x: graph.left + graph.width / 2, y: graph.top + graph.height / 2 } : placeOnGraph()
  openAt(editor, flow, screen)
}

function openAt(editor: Editor, flow: Flow, screen: Point): void {
  editor.view.setState({ search: { screen, at: flow.screenToFlowPosition(screen) } })
}
