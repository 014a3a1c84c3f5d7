import { freePlaceIn, type Surroundings } from '../../layout/free-place-in.ts'
import type { Editor } from '../../store/editor.ts'
import type { Point } from '../../layout/free-place.ts'
import { graphOf } from './edit-graph.ts'

let pointer: Point | undefined

/** Remembers where the pointer is, for lists and pasted nodes that appear there. Returns how to stop. */
export function watchPointer(): () => void {
  const move = (event: PointerEvent): void => {
    pointer = { x: event.clientX, y: event.clientY }
  }
  addEventListener('pointermove', move, { passive: true })
  return () => removeEventListener('pointermove', move)
}

/** What is done from a menu is done where the menu was opened, not at the line that was pressed in it. */
export function actAt(place: Point): void {
  pointer = { x: place.x, y: place.y }
}

/** The pointer where it is over the graph, in pixels of the window. */
export function pointerOnGraph(): Point | undefined {
  const box = graphBox()
  const inside =
    pointer && pointer.x > box.left && pointer.x < box.right && pointer.y > box.top && pointer.y < box.bottom
  return inside ? pointer : undefined
}

function graphBox(): DOMRect {
  return (
    document.querySelector('.graph')?.getBoundingClientRect() ?? new DOMRect(0, 0, innerWidth, innerHeight)
  )
}

function middleOfGraph(): Point {
  const { left, top, width, height } = graphBox()
  return { x: left + width / 2, y: top + height / 2 }
}

/** Where something new belongs: at the pointer, else in the middle of what is seen. In pixels of the window. */
export function placeOnGraph(): Point {
  return pointerOnGraph() ?? middleOfGraph()
}

/**
 * Opens the list of nodes at the pointer, or in the middle; the new node goes where it covers no other. The first one
 * always goes to the middle: what it is linked with has room on both sides.
 */
export function searchAtPointer(editor: Editor, flow: Surroundings): void {
  const isFirst = Object.keys(graphOf(editor).nodes).length === 0
  searchAt(editor, flow, isFirst ? middleOfGraph() : placeOnGraph())
}

/** The same in the middle, wherever the pointer is: it is on the button that was pressed. */
export function searchAtCenter(editor: Editor, flow: Surroundings): void {
  searchAt(editor, flow, middleOfGraph())
}

function searchAt(editor: Editor, flow: Surroundings, screen: Point): void {
  const { boxes } = editor.front.view.getState()
  editor.workbench.setState({ search: { screen, at: freePlaceIn(flow, screen, boxes.values()) } })
}

/** Opens the list of the nodes this workflow has, to go to one. */
export function searchPlaces(editor: Editor): void {
  const { x, y } = middleOfGraph()
  editor.workbench.setState({
    search: { screen: { x: x - 170, y: y - 190 }, at: { x: 0, y: 0 }, kind: 'places' },
  })
}

/** Opens the list of everything one can do. */
export function searchCommands(editor: Editor): void {
  const { x, y } = middleOfGraph()
  editor.workbench.setState({
    search: { screen: { x: x - 170, y: y - 190 }, at: { x: 0, y: 0 }, kind: 'commands' },
  })
}
