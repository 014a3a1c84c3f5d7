import type { Edge, Node } from '@xyflow/react'
import { useMemo, type MouseEvent as ReactMouseEvent } from 'react'
import { isTyping } from '../session/files/clipboard.ts'
import { useEditor } from '../store/editor-context.ts'
import type { Found } from './painting/picture.ts'
import type { MenuRequest } from '../store/workbench-store.ts'

type PointerLike = MouseEvent | ReactMouseEvent

/** Opens the menu of what was pressed. What was not selected is then selected alone, so that it is what is meant. */
export function useContextMenu() {
  const editor = useEditor()
  return useMemo(() => {
    const open = (event: PointerLike, target: MenuRequest['target']): void => {
      event.preventDefault()
      editor.workbench.setState({ menu: { ...placeOf(event), target } })
    }
    return {
      onNode: (event: ReactMouseEvent, { id }: Node) => {
        // Fields have the browser's own menu: copy, paste, spelling.
        if (isTyping(event.target)) return
        const { selectedNodes, select } = editor.front.view.getState()
        if (!selectedNodes.has(id)) select([id])
        open(event, 'nodes')
      },
      onSelection: (event: ReactMouseEvent) => open(event, 'nodes'),
      onLink: (event: ReactMouseEvent, { id }: Edge) => {
        editor.front.view.getState().select([], [id])
        open(event, 'link')
      },
      /** On the canvas; `found` is what is painted there. */
      onCanvas: (event: PointerLike, found: Found = {}) => {
        const { selectedNodes, select } = editor.front.view.getState()
        if (found.node !== undefined && !selectedNodes.has(found.node)) select([found.node])
        else if (found.node === undefined && found.link !== undefined) select([], [found.link])
        open(event, found.node !== undefined ? 'nodes' : found.link !== undefined ? 'link' : 'canvas')
      },
    }
  }, [editor])
}

/** Where the pointer is; the menu key has none, and opens the menu at what has the focus. */
function placeOf({ clientX, clientY, target }: PointerLike): { x: number; y: number } {
  if (clientX !== 0 || clientY !== 0 || !(target instanceof Element)) return { x: clientX, y: clientY }
  const { left, bottom, width, height } = target.getBoundingClientRect()
  return { x: left + Math.min(40, width / 2), y: bottom - Math.min(40, height / 2) }
}
