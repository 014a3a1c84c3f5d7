import { surround } from '../../layout/surround.ts'
import type { Editor } from '../../store/editor.ts'

/** Air between a frame and the nodes in it, in graph units; the title stands above. */
const frameAir = 24
const titleHeight = 36

/** Draws a frame behind the selected nodes. */
export function groupSelected(editor: Editor): void {
  const { selectedNodes, boxes: all } = editor.front.view.getState()
  const boxes = [...selectedNodes].flatMap((id) => all.get(id) ?? [])
  if (boxes.length === 0) return
  const { x: left, y: top, width, height } = surround(boxes)
  editor.front.document.getState().dispatch({
    type: 'group.add',
    group: {
      title: 'Group',
      x: left - frameAir,
      y: top - frameAir - titleHeight,
      width: width + 2 * frameAir,
      height: height + 2 * frameAir + titleHeight,
    },
  })
}
