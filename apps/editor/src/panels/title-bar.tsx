import { CircleHelp, History, PanelLeft } from 'lucide-react'
import { withKeys } from '../commands/command.ts'
import { listNodes, listRuns, listShortcuts } from '../commands/commands.ts'
import { useEditor, useWorkbench } from '../store/editor-context.ts'
import { FileMenu } from './file-menu.tsx'
import { RunControls } from './run-controls.tsx'
import { SaveButton } from './save-button.tsx'
import { ShareMenu } from './share-menu.tsx'
import { ThemeButton } from './theme-button.tsx'
import { UndoButtons } from './undo-buttons.tsx'
import { ViewSwitch } from './view-switch.tsx'
import { WorkerState } from './worker-state.tsx'
import { WorkflowName } from './workflow-name.tsx'
import './title-bar.css'

export function TitleBar() {
  const editor = useEditor()
  const paletteOpen = useWorkbench((state) => state.paletteOpen)
  const appView = useWorkbench((state) => state.appView)
  const runsOpen = useWorkbench((state) => state.runsOpen)
  return (
    <header className="title-bar">
      <button
        type="button"
        className="button quiet icon"
        aria-label="List of nodes"
        title={withKeys('List of nodes', listNodes)}
        aria-pressed={paletteOpen && !appView}
        disabled={appView}
        onClick={() => editor.workbench.setState({ paletteOpen: !paletteOpen })}
      >
        <PanelLeft />
      </button>
      <img src="/favicon.svg" alt="" className="logo" width="22" height="22" />
      <WorkflowName />
      <FileMenu />
      <SaveButton />
      <ShareMenu />
      <UndoButtons />
      <ViewSwitch />
      <div className="spacer" />
      <RunControls />
      <button
        type="button"
        className="button quiet icon"
        aria-label="Runs"
        title={withKeys('Queue and history', listRuns)}
        aria-pressed={runsOpen}
        onClick={() => editor.workbench.setState({ runsOpen: !runsOpen })}
      >
        <History />
      </button>
      <WorkerState />
      <ThemeButton />
      <button
        type="button"
        className="button quiet icon"
        aria-label="Shortcuts"
        title={withKeys('Shortcuts', listShortcuts)}
        onClick={() => editor.workbench.setState({ dialog: { kind: 'shortcuts' } })}
      >
        <CircleHelp />
      </button>
    </header>
  )
}
