import { ReactFlowProvider, useReactFlow } from '@xyflow/react'
import { useEffect, useState, type DragEvent, type ReactNode } from 'react'
import { watchKeys } from './commands/watch-keys.ts'
import { endDrags } from './graph/end-drags.ts'
import { Graph } from './graph/graph.tsx'
import { Breadcrumb } from './panels/breadcrumb.tsx'
import { ContextMenu } from './panels/context-menu.tsx'
import { Dialogs } from './panels/dialogs.tsx'
import { NodeSearch } from './panels/node-search.tsx'
import { ResultsDock } from './panels/results-dock.tsx'
import { Notices } from './panels/notices.tsx'
import { Palette } from './panels/palette.tsx'
import { StatusBar } from './panels/status-bar.tsx'
import { TabBar } from './panels/tab-bar.tsx'
import { TitleBar } from './panels/title-bar.tsx'
import { Waiting } from './panels/waiting.tsx'
import { watchClipboard } from './session/files/clipboard.ts'
import { dropModel } from './session/files/add-model.ts'
import { openFile } from './session/files/import-file.ts'
import { placeOnGraph, watchPointer } from './session/editing/open-search.ts'
import { watchPress } from './store/step-time.ts'
import { watchTextSelection } from './session/editing/watch-text-selection.ts'
import {
  EditorContext,
  FrontContext,
  useTabs,
  useDocument,
  useEditor,
  useServer,
  useView,
  useWorkbench,
} from './store/editor-context.ts'
import type { Editor } from './store/editor.ts'
import { frontOf } from './store/tab-store.ts'
import { fetchedLater } from './ui/fetched-later.tsx'
import { linkingRules } from './ui/port-style.ts'

const rules = linkingRules()

export function App({ editor }: { editor: Editor }) {
  return (
    <EditorContext value={editor}>
      <InFront>
        <ReactFlowProvider>
          <style>{rules}</style>
          <Workbench />
        </ReactFlowProvider>
      </InFront>
    </EditorContext>
  )
}

/** Hands the tab in front to all that is drawn of it. */
function InFront({ children }: { children: ReactNode }) {
  const tab = useTabs(frontOf)
  return <FrontContext value={tab}>{children}</FrontContext>
}

function Workbench() {
  const appView = useWorkbench((state) => state.appView)
  const loaded = useServer((state) => state.nodes !== undefined)
  const started = useTabs((state) => state.started)
  const paletteOpen = useWorkbench((state) => state.paletteOpen)
  const runsOpen = useWorkbench((state) => state.runsOpen)
  const { dropping, ...drop } = useFileDrop()
  useWatchers()
  if (!loaded || !started) return <Waiting />
  return (
    <div className="app" {...drop}>
      <TitleBar />
      <div className="workspace">
        {paletteOpen && !appView && <Palette />}
        <div className="stage">
          <TabBar />
          {appView ? (
            <main aria-label="App">
              <AppView />
            </main>
          ) : (
            <main aria-label="Graph">
              <Graph />
              <Breadcrumb />
            </main>
          )}
          <Results />
        </div>
        {runsOpen && <RunsPanel />}
      </div>
      <StatusBar />
      <NodeSearch />
      <ContextMenu />
      <Dialogs />
      <Notices />
      {dropping && (
        <div className="drop-target" aria-hidden>
          Drop a workflow, an output to open what made it, or a model
        </div>
      )}
    </div>
  )
}

const AppView = fetchedLater(async () => (await import('./app-view/app-view.tsx')).AppView)
const RunsPanel = fetchedLater(async () => (await import('./runs/runs-panel.tsx')).RunsPanel)

const ResultsPanel = fetchedLater(
  async () => (await import('./results/panel/results-panel.tsx')).ResultsPanel,
)

/** The results of one node, where they were asked for. Another node's begin anew. */
function Results() {
  const request = useView((state) => state.results)
  const known = useDocument((state) => request && state.graph.nodes[request.node] !== undefined)
  if (!request || known !== true) return null
  return (
    <ResultsDock full={request.full}>
      <ResultsPanel key={request.node} request={request} />
    </ResultsDock>
  )
}

function useWatchers(): void {
  const editor = useEditor()
  const flow = useReactFlow()
  useEffect(() => {
    const stops = [
      endDrags(),
      watchPress(),
      watchKeys(editor, flow),
      watchPointer(),
      watchTextSelection(editor),
      watchClipboard(editor, () => flow.screenToFlowPosition(placeOnGraph())),
    ]
    return () => stops.forEach((stop) => stop())
  }, [editor, flow])
}

/** Files dropped anywhere on the window open: workflows, outputs that carry theirs, and models, which become nodes. */
function useFileDrop() {
  const editor = useEditor()
  const flow = useReactFlow()
  const [dropping, setDropping] = useState(false)
  const isFile = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files')
  return {
    dropping,
    onDragOver: (event: DragEvent) => {
      if (!isFile(event)) return
      event.preventDefault()
      setDropping(true)
    },
    onDragLeave: (event: DragEvent) => {
      if (event.relatedTarget === null) setDropping(false)
    },
    onDrop: (event: DragEvent) => {
      const files = [...event.dataTransfer.files]
      setDropping(false)
      if (files.length === 0) return
      event.preventDefault()
      const at = { x: event.clientX, y: event.clientY }
      // One after the other, in their order: the last is in front.
      const openAll = async (): Promise<void> => {
        for (const file of files)
          if (/\.gguf$/i.test(file.name)) await dropModel(editor, file, flow, at)
          else await openFile(editor, file)
      }
      void openAll()
    },
  }
}
