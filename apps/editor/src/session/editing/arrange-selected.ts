import type { ReactFlowInstance } from '@xyflow/react'
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

type Flow = Pick<ReactFlowInstance, 'getNodes'>

/** The selected nodes with the sizes they are drawn at; pinned ones stay where they are. */
export function boxesOfSelected(editor: Editor, flow: Flow): Boxes {
  const { selectedNodes } = editor.front.view.getState()
  return boxesOf(editor, flow, (id) => selectedNodes.has(id))
}

function boxesOf(editor: Editor, flow: Flow, chosen: (id: string) => boolean): Boxes {
  const { nodes } = graphOf(editor)
  const free = flow.getNodes().filter(({ id }) => chosen(id) && nodes[id]?.view?.pinned !== true)
  return Object.fromEntries(
    free.map(({ id, position, measured }) => [
      id,
      { ...position, width: measured?.width ?? 0, height: measured?.height ?? 0 },
    ]),
  )
}

export function alignSelected(editor: Editor, flow: Flow, alignment: Alignment): void {
  move(editor, alignNodes(boxesOfSelected(editor, flow), alignment))
}

export function distributeSelected(editor: Editor, flow: Flow, direction: Direction): void {
  move(editor, distributeNodes(boxesOfSelected(editor, flow), direction))
}

/** Lays out what is selected, or everything where less than two nodes are. Their upper left corner stays. */
export async function layOut(editor: Editor, flow: Flow): Promise<void> {
  const selected = boxesOfSelected(editor, flow)
  const boxes = Object.keys(selected).length > 1 ? selected : boxesOf(editor, flow, () => true)
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
