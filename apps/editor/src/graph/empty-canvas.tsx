import { useReactFlow } from '@xyflow/react'
import { Plus } from 'lucide-react'
import { openFromServer } from '../session/files/open-workflow.ts'
import { useEditor, useServer } from '../store/editor-context.ts'
import { searchAtCenter } from '../session/editing/open-search.ts'
import './empty-canvas.css'

/** What an empty workflow says: the two ways to begin. */
export function EmptyCanvas() {
  const editor = useEditor()
  const flow = useReactFlow()
  const workflows = useServer((state) => state.workflows)
  const examples = workflows.filter(({ example }) => example)
  return (
    <div className="empty-canvas">
      <h2>An empty canvas</h2>
      <p>
        Double-click anywhere, or press <kbd>/</kbd>, to find a node.
        <br />
        Drop a workflow file here to open it.
      </p>
      <button type="button" className="button primary" onClick={() => searchAtCenter(editor, flow)}>
        <Plus /> Add a node
      </button>
      {examples.length > 0 && (
        <div className="empty-examples">
          <span>or begin with</span>
          {examples.slice(0, 5).map(({ id, name }) => (
            <button key={id} type="button" className="button" onClick={() => void openFromServer(editor, id)}>
              {name}
            </button>
          ))}
          <button
            type="button"
            className="button"
            onClick={() => editor.workbench.setState({ dialog: { kind: 'templates' } })}
          >
            All {examples.length} examples…
          </button>
        </div>
      )}
    </div>
  )
}
