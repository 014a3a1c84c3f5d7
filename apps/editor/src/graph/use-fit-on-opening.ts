import { useReactFlow } from '@xyflow/react'
import { useEffect } from 'react'
import { graphOf } from '../session/editing/edit-graph.ts'
import { showAll } from '../session/editing/show-all.ts'
import { useEditor, useScene } from '../store/editor-context.ts'
import { useRevealNode } from '../ui/use-reveal-node.ts'

/** Shows what is opened as it was left, or whole, or the node to be shown: once it is known how large all its nodes are. */
export function useFitOnOpening(): void {
  const editor = useEditor()
  const flow = useReactFlow()
  const reveal = useRevealNode()
  const scene = useScene()
  useEffect(() => {
    const fit = (): void => {
      const ids = Object.keys(graphOf(editor).nodes)
      const { boxes } = editor.front.view.getState()
      if (ids.length !== boxes.size || ids.some((id) => !boxes.has(id)))
        return void (frame = requestAnimationFrame(fit))
      const { revealing, returning } = editor.front.view.getState()
      editor.front.view.setState({ revealing: undefined, returning: undefined })
      // React Flow would keep a wish to fit until the first node is there, and move it away from the pointer.
      if (ids.length === 0) void flow.setViewport(returning ?? { x: 0, y: 0, zoom: 1 })
      else if (revealing) reveal(revealing.id, revealing.input)
      else if (returning) void flow.setViewport(returning)
      else showAll(editor, flow)
    }
    let frame = requestAnimationFrame(fit)
    return () => cancelAnimationFrame(frame)
  }, [editor, flow, reveal, scene])
}
