import { Panel, useReactFlow, useStore } from '@xyflow/react'
import { Maximize, Minus, Plus } from 'lucide-react'
import { useEditor } from '../store/editor-context.ts'
import { showAll } from '../session/editing/show-all.ts'
import './view-controls.css'

/** Zoom and fit, out of the way in a corner. */
export function ViewControls() {
  const editor = useEditor()
  const flow = useReactFlow()
  const percent = useStore((state) => Math.round(state.transform[2] * 100))
  return (
    <Panel position="bottom-left" className="view-controls">
      <button type="button" aria-label="Zoom out" title="Zoom out" onClick={() => void flow.zoomOut()}>
        <Minus />
      </button>
      <button
        type="button"
        className="zoom-level"
        aria-label={`Zoom ${percent}%, reset`}
        title="Back to 100%"
        onClick={() => void flow.zoomTo(1)}
      >
        {percent}%
      </button>
      <button type="button" aria-label="Zoom in" title="Zoom in" onClick={() => void flow.zoomIn()}>
        <Plus />
      </button>
      <button type="button" aria-label="Show all" title="Show all (F)" onClick={() => showAll(editor, flow)}>
        <Maximize />
      </button>
    </Panel>
  )
}
