import {
  AppWindow,
  Braces,
  ChevronDown,
  CircleHelp,
  Download,
  FilePlus,
  FolderOpen,
  History,
  LayoutTemplate,
  Link,
  Monitor,
  Moon,
  PanelLeft,
  Redo2,
  Save,
  Share2,
  Sun,
  Undo2,
  Upload,
  CopyPlus,
  Workflow,
} from 'lucide-react'
import { useRef } from 'react'
import { showApp } from '../session/editing/edit-app.ts'
import { copyJson, copyLink } from '../session/files/share-workflow.ts'
import { openFile } from '../session/files/import-file.ts'
import { openEmpty, openFromServer } from '../session/files/open-workflow.ts'
import { showRevisions } from '../session/files/restore-revision.ts'
import { downloadWorkflow, saveCopy, saveWorkflow } from '../session/files/save-workflow.ts'
import { loadWorkflows } from '../session/server/load-library.ts'
import { isDirty } from '../store/document-store.ts'
import {
  useDocument,
  useEditor,
  useFront,
  useServer,
  useWorkbench,
  useWorkflow,
} from '../store/editor-context.ts'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { applyTheme, nextTheme } from '../ui/theme.ts'
import { RunControls } from './run-controls.tsx'
import { WorkerState } from './worker-state.tsx'

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
        title="List of nodes (N)"
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
        title="Queue and history (H)"
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
        title="Shortcuts (?)"
        onClick={() => editor.workbench.setState({ dialog: { kind: 'shortcuts' } })}
      >
        <CircleHelp />
      </button>
    </header>
  )
}

function WorkflowName() {
  const name = useWorkflow((workflow) => workflow.name)
  const dirty = useDocument(isDirty)
  const { dispatch, closeStep } = useFront().document.getState()
  return (
    <div
      className="workflow-name"
      data-dirty={dirty || undefined}
      title={dirty ? `${name}: not saved yet` : name}
    >
      <input
        aria-label="Name of the workflow"
        value={name}
        maxLength={200}
        spellCheck={false}
        placeholder="Untitled"
        onChange={(event) => dispatch({ type: 'workflow.rename', name: event.target.value })}
        onBlur={closeStep}
        onKeyDown={(event) => {
          if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur()
        }}
      />
      {dirty && <span className="dirty" role="img" aria-label="Not saved yet" />}
    </div>
  )
}

function FileMenu() {
  const editor = useEditor()
  const workflows = useServer((state) => state.workflows)
  const picker = useRef<HTMLInputElement>(null)
  const item = ({ id, name, nodes }: { id: string; name: string; nodes: number }): MenuItem => ({
    id,
    label: name,
    detail: nodes === 1 ? '1 node' : `${nodes} nodes`,
    onSelect: () => void openFromServer(editor, id),
  })
  return (
    <>
      <Menu
        label="Open"
        trigger={
          <>
            <FolderOpen /> <span className="button-text">Open</span> <ChevronDown className="chevron" />
          </>
        }
        onOpen={() => void loadWorkflows(editor).catch(() => undefined)}
        sections={[
          {
            items: [
              { id: 'new', label: 'New', icon: <FilePlus />, onSelect: () => openEmpty(editor) },
              {
                id: 'templates',
                label: 'Browse the examples…',
                icon: <LayoutTemplate />,
                onSelect: () => editor.workbench.setState({ dialog: { kind: 'templates' } }),
              },
              {
                id: 'file',
                label: 'From a file…',
                icon: <Upload />,
                onSelect: () => picker.current?.click(),
              },
            ],
          },
          {
            title: 'Yours',
            items: workflows.filter(({ example }) => !example).map(item),
            empty: 'Nothing saved yet',
          },
          { title: 'Examples', items: workflows.filter(({ example }) => example).map(item) },
        ]}
      />
      <input
        ref={picker}
        type="file"
        hidden
        aria-label="Workflow file"
        onChange={(event) => {
          const file = event.target.files?.[0]
          event.target.value = ''
          if (file) void openFile(editor, file)
        }}
      />
    </>
  )
}

function SaveButton() {
  const editor = useEditor()
  return (
    <div className="split-button">
      <button
        type="button"
        className="button"
        aria-label="Save"
        title="Save (Ctrl+S)"
        onClick={() => void saveWorkflow(editor)}
      >
        <Save /> <span className="button-text">Save</span>
      </button>
      <Menu
        label="More ways to save"
        className="narrow"
        trigger={<ChevronDown className="chevron" />}
        sections={[
          {
            items: [
              {
                id: 'copy',
                label: 'Save as a copy',
                icon: <CopyPlus />,
                detail: 'Ctrl+Shift+S',
                onSelect: () => void saveCopy(editor),
              },
              {
                id: 'revisions',
                label: 'Earlier versions…',
                icon: <History />,
                onSelect: () => showRevisions(editor),
              },
              {
                id: 'download',
                label: 'Download as JSON',
                icon: <Download />,
                onSelect: () => downloadWorkflow(editor),
              },
            ],
          },
        ]}
      />
    </div>
  )
}

/** The workflow as the graph it is, or as a form. */
function ViewSwitch() {
  const editor = useEditor()
  const appView = useWorkbench((state) => state.appView)
  return (
    <div className="view-switch" role="group" aria-label="View">
      <button
        type="button"
        aria-label="Graph"
        aria-pressed={!appView}
        title="The graph (A)"
        onClick={() => showApp(editor, false)}
      >
        <Workflow /> <span className="button-text">Graph</span>
      </button>
      <button
        type="button"
        aria-label="App"
        aria-pressed={appView}
        title="As an app: a form without the graph (A)"
        onClick={() => showApp(editor, true)}
      >
        <AppWindow /> <span className="button-text">App</span>
      </button>
    </div>
  )
}

/** A file or a link: what is saved on this server opens by its address. */
function ShareMenu() {
  const editor = useEditor()
  return (
    <Menu
      label="Share"
      trigger={
        <>
          <Share2 /> <span className="button-text">Share</span>
        </>
      }
      sections={[
        {
          items: [
            {
              id: 'link',
              label: 'Copy a link to the graph',
              icon: <Link />,
              onSelect: () => void copyLink(editor, 'graph'),
            },
            {
              id: 'app-link',
              label: 'Copy a link to the app',
              icon: <AppWindow />,
              onSelect: () => void copyLink(editor, 'app'),
            },
            {
              id: 'json',
              label: 'Copy as JSON',
              icon: <Braces />,
              onSelect: () => void copyJson(editor),
            },
            {
              id: 'file',
              label: 'Download as JSON',
              icon: <Download />,
              onSelect: () => downloadWorkflow(editor),
            },
          ],
        },
      ]}
    />
  )
}

function UndoButtons() {
  const editor = useEditor()
  const canUndo = useDocument((state) => state.history.past.length > 0)
  const canRedo = useDocument((state) => state.history.future.length > 0)
  return (
    <div className="undo-buttons">
      <button
        type="button"
        className="button quiet icon"
        aria-label="Undo"
        title="Undo (Ctrl+Z)"
        disabled={!canUndo}
        onClick={() => editor.front.document.getState().undo()}
      >
        <Undo2 />
      </button>
      <button
        type="button"
        className="button quiet icon"
        aria-label="Redo"
        title="Redo (Ctrl+Shift+Z)"
        disabled={!canRedo}
        onClick={() => editor.front.document.getState().redo()}
      >
        <Redo2 />
      </button>
    </div>
  )
}

const themeIcons = { system: Monitor, light: Sun, dark: Moon }

function ThemeButton() {
  const editor = useEditor()
  const theme = useWorkbench((state) => state.theme)
  const Icon = themeIcons[theme]
  const label = theme === 'system' ? 'Theme: as the system' : `Theme: ${theme}`
  const change = (): void => {
    const next = nextTheme(theme)
    applyTheme(next)
    editor.workbench.setState({ theme: next })
  }
  return (
    <button type="button" className="button quiet icon" aria-label={label} title={label} onClick={change}>
      <Icon />
    </button>
  )
}
