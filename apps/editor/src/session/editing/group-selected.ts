import type { ReactFlowInstance } from '@xyflow/react'
import type { Editor } from '../../store/editor.ts'

/** Air between a frame and the nodes in it, in graph units; the title stands above. */
const frameAir = 24
const titleHeight = 36

/** Draws a frame behind the selected nodes. */
export function groupSelected(editor: Editor, flow: Pick<ReactFlowInstance, 'getNodes'>): void {
  const { selectedNodes } = editor.front.view.getState()
  const boxes = flow.getNodes().filter(({ id }) => selectedNodes.has(id))
  if (boxes.length === 0) return
  const left = Math.min(...boxes.map(({ position }) => position.x))
  const top = Math.min(...boxes.map(({ position }) => position.y))
  const right = Math.max(...boxes.map(({ position, measured }) => position.x + (measured?.width ?? 0)))
  const bottom = Math.max(...boxes.map(({ position, measured }) => position.y + (measured?.height ?? 0)))
  editor.front.document.getState().dispatch({
    type: 'group.add',
    group: {
      title: 'Group',
      x: left - frameAir,
      y: top - frameAir - titleHeight,
      width: right - left + 2 * frameAir,
      height: bottom - top + 2 * frameAir + titleHeight,
    },
  })
}
