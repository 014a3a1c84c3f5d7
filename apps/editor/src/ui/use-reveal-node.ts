import { useReactFlow } from '@xyflow/react'
import { useCallback } from 'react'
import { goToGraph } from '../session/editing/enter-subgraph.ts'
import { useEditor } from '../store/editor-context.ts'
import { centreOn } from '../session/editing/focus-node.ts'
import { whenDrawn } from '../session/editing/when-drawn.ts'

/**
 * Selects a node, brings it into view, and gives it the focus (or its input, where one is named). `path` names the
 * subgraphs it lies in, where that is not the graph that is drawn.
 */
export function useRevealNode(): (id: string, input?: string, path?: readonly string[]) => void {
  const editor = useEditor()
  const flow = useReactFlow()
  return useCallback(
    (id, input, path) => {
      if (editor.workbench.getState().appView) {
        editor.workbench.setState({ appView: false })
        editor.front.view.setState({ revealing: { id, input } })
        return editor.front.document.getState().enter(path ?? [])
      }
      if (path && path.join('/') !== editor.front.document.getState().path.join('/')) {
        editor.front.view.setState({ revealing: { id, input } })
        return goToGraph(editor, path)
      }
      editor.front.view.getState().select([id])
      const zoom = Math.max(flow.getZoom(), 0.7)
      centreOn(editor, id, flow, zoom, 250)
      const from = document.activeElement
      whenDrawn(id, (node, left) => {
        if (document.activeElement !== from && document.activeElement !== document.body) return true
        const field = input === undefined ? node : node?.querySelector<HTMLElement>(fieldSelector(input))
        const target = field ?? (left === 0 ? node : undefined)
        target?.focus({ preventScroll: true })
        return target !== undefined && target !== null
      })
    },
    [editor, flow],
  )
}

function fieldSelector(input: string): string {
  const row = `[data-input="${CSS.escape(input)}"]`
  return ['textarea', 'input', 'select', '.port'].map((part) => `${row} ${part}`).join(', ')
}
