import { AppWindow, Workflow } from 'lucide-react'
import { switchView } from '../commands/app-commands.ts'
import { withKeys } from '../commands/command.ts'
import { showApp } from '../session/editing/edit-app.ts'
import { useEditor, useWorkbench } from '../store/editor-context.ts'
import './view-switch.css'

/** The workflow as the graph it is, or as a form. */
export function ViewSwitch() {
  const editor = useEditor()
  const appView = useWorkbench((state) => state.appView)
  return (
    <div className="view-switch" role="group" aria-label="View">
      <button
        type="button"
        aria-label="Graph"
        aria-pressed={!appView}
        title={withKeys('The graph', switchView)}
        onClick={() => showApp(editor, false)}
      >
        <Workflow /> <span className="button-text">Graph</span>
      </button>
      <button
        type="button"
        aria-label="App"
        aria-pressed={appView}
        title={withKeys('As an app: a form without the graph', switchView)}
        onClick={() => showApp(editor, true)}
      >
        <AppWindow /> <span className="button-text">App</span>
      </button>
    </div>
  )
}
