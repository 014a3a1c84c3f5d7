import type { NodeMouseHandler } from '@xyflow/react'
import { useCallback } from 'react'
import { useEditor } from '../store/editor-context.ts'

/** A click on one of several that are selected, with nothing held, means that one alone. A drag of them is no click. */
export function useNarrowSelection(): NodeMouseHandler {
  const editor = useEditor()
  return useCallback(
    ({ ctrlKey, metaKey, shiftKey }, { id }) => {
      const { selectedNodes, selectedLinks, select } = editor.front.view.getState()
      const held = ctrlKey || metaKey || shiftKey
      if (!held && selectedNodes.size + selectedLinks.size > 1) select([id])
    },
    [editor],
  )
}
