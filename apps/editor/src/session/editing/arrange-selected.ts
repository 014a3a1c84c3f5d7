import {
  alignNodes,
  distributeNodes,
  type Alignment,
  type Boxes,
  type Direction,
} from '../../layout/align-nodes.ts'
import type { Editor } from '../../store/editor.ts'
import { describeError } from '../../store/describe-error.ts'
import { graphOf } from './edit-graph.ts'

/** The selected nodes with the sizes they are drawn at; pinned ones stay where they are. */
export function boxesOfSelected(editor: Editor): Boxes {
  const { selectedNodes } = editor.front.view.getState()
  return boxesOf(editor, (id) => selectedNodes.has(id))
}

function boxesOf(editor: Editor, chosen: (id: string) => boolean): Boxes {
  const { nodes } = graphOf(editor)
  const { boxes } = editor.front.view.getState()
  return Object.fromEntries(
    [...boxes].filter(([id]) => chosen(id) && nodes[id] && nodes[id].view?.pinned !== true),
  )
}

export function alignSelected(editor: Editor, alignment: Alignment): void {
  move(editor, alignNodes(boxesOfSelected(editor), alignment))
}

export function distributeSelected(editor: Editor, direction: Direction): void {
  move(editor, distributeNodes(boxesOfSelected(editor), direction))
}

/** Lays out what is selected, or everything where less than two nodes are. Their upper left corner stays. */
export async function layOut(editor: Editor): Promise<void> {
  const selected = boxesOfSelected(editor)
  const boxes = Object.keys(selected).length > 1 ? selected : boxesOf(editor, () => true)
  if (Object.keys(boxes).length < 2) return
  const { graph } = editor.front.document.getState()
  try {
    // The layout engine is larger than the editor: it is fetched when first used.
    const { layOutNodes } = await import('../../layout/lay-out-nodes.ts')
    const places = await layOutNodes(graph.nodes, boxes)
    // While it was worked out the graph may have changed: what is gone is not moved.
    if (editor.front.document.getState().graph === graph) move(editor, places)
  } catch (error) {
    editor.workbench.getState().notify('error', ...describeError(error))
  }
}

function move(editor: Editor, positions: Record<string, { x: number; y: number }>): void {
  const { dispatch, closeStep } = editor.front.document.getState()
  closeStep()
  dispatch({ type: 'nodes.move', positions })
  closeStep()
}
