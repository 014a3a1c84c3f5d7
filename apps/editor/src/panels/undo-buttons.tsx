import { Redo2, Undo2 } from 'lucide-react'
import { withKeys } from '../commands/command.ts'
import { redo, undo } from '../commands/commands.ts'
import { useDocument, useEditor } from '../store/editor-context.ts'
import './undo-buttons.css'

export function UndoButtons() {
  const editor = useEditor()
  const canUndo = useDocument((state) => state.history.past.length > 0)
  const canRedo = useDocument((state) => state.history.future.length > 0)
  return (
    <div className="undo-buttons">
      <button
        type="button"
        className="button quiet icon"
        aria-label="Undo"
        title={withKeys('Undo', undo)}
        disabled={!canUndo}
        onClick={() => editor.front.document.getState().undo()}
      >
        <Undo2 />
      </button>
      <button
        type="button"
        className="button quiet icon"
        aria-label="Redo"
        title={withKeys('Redo', redo)}
        disabled={!canRedo}
        onClick={() => editor.front.document.getState().redo()}
      >
        <Redo2 />
      </button>
    </div>
  )
}
