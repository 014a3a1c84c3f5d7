import type { ReactFlowInstance } from '@xyflow/react'
import { isTyping } from './session/clipboard.ts'
import { duplicateSelected, presentOf, removeSelected, selectAll } from './session/edit-graph.ts'
import { searchAtPointer } from './session/open-search.ts'
import { cancelRun, runWorkflow } from './session/run-workflow.ts'
import { saveCopy, saveWorkflow } from './session/save-workflow.ts'
import type { Editor } from './store/editor.ts'
import { isRunning } from './store/run-store.ts'

type Flow = Pick<ReactFlowInstance, 'fitView' | 'zoomIn' | 'zoomOut' | 'screenToFlowPosition' | 'getNodes'>

/** Something the keyboard does. One list feeds both the listener and the page that `?` shows. */
export interface Command {
  title: string
  group: 'Run' | 'Graph' | 'Edit' | 'View' | 'Workflow'
  /** As `event.key`; `Mod` is Ctrl, or ⌘ on a Mac. The first is the one that is shown. */
  keys: readonly string[]
  /** Also while typing in a field. */
  always?: boolean
  run: (editor: Editor, flow: Flow) => void
}

export const commands: readonly Command[] = [
  {
    group: 'Run',
    title: 'Run the workflow',
    keys: ['Mod+Enter'],
    always: true,
    run: (editor) => void runWorkflow(editor),
  },
  { group: 'Run', title: 'Cancel the run; let go of the selection', keys: ['Escape'], run: escape },
  { group: 'Graph', title: 'Find and add a node', keys: ['/'], run: searchAtPointer },
  { group: 'Graph', title: 'Delete what is selected', keys: ['Delete', 'Backspace'], run: removeSelected },
  { group: 'Graph', title: 'Duplicate, keeping links', keys: ['Mod+d'], run: duplicateSelected },
  { group: 'Graph', title: 'Select everything', keys: ['Mod+a'], run: selectAll },
  { group: 'Graph', title: 'Fold or unfold what is selected', keys: ['c'], run: foldSelected },
  { group: 'Graph', title: 'Mute what is selected, or let it run', keys: ['Mod+m'], run: switchMode('mute') },
  {
    group: 'Graph',
    title: 'Bypass what is selected, or let it run',
    keys: ['Mod+b'],
    run: switchMode('bypass'),
  },
  { group: 'Graph', title: 'Frame what is selected', keys: ['Mod+g'], run: groupSelected },
  { group: 'Edit', title: 'Undo', keys: ['Mod+z'], run: (editor) => editor.document.getState().undo() },
  {
    group: 'Edit',
    title: 'Redo',
    keys: ['Mod+Shift+z', 'Mod+y'],
    run: (editor) => editor.document.getState().redo(),
  },
  {
    group: 'View',
    title: 'Show all',
    keys: ['f'],
    run: (_, flow) => void flow.fitView({ padding: 0.12, maxZoom: 1, duration: 200 }),
  },
  { group: 'View', title: 'Zoom in', keys: ['+', '='], run: (_, flow) => void flow.zoomIn() },
  { group: 'View', title: 'Zoom out', keys: ['-'], run: (_, flow) => void flow.zoomOut() },
  { group: 'View', title: 'Show or hide the list of nodes', keys: ['n'], run: togglePalette },
  { group: 'View', title: 'Show all results of the selected node', keys: ['r'], run: toggleResults },
  {
    group: 'View',
    title: 'Shortcuts',
    keys: ['?'],
    run: (editor) => editor.view.setState({ dialog: { kind: 'shortcuts' } }),
  },
  {
    group: 'Workflow',
    title: 'Save',
    keys: ['Mod+s'],
    always: true,
    run: (editor) => void saveWorkflow(editor),
  },
  {
    group: 'Workflow',
    title: 'Save as a copy',
    keys: ['Mod+Shift+s'],
    always: true,
    run: (editor) => void saveCopy(editor),
  },
]

/** What works without being a command: the browser and React Flow do it. */
export const gestures: readonly { title: string; keys: string }[] = [
  { title: 'Copy, cut, paste', keys: 'Mod+C · Mod+X · Mod+V' },
  { title: 'Move the selection', keys: 'Arrows' },
  { title: 'Wire the focused port', keys: 'Enter' },
  { title: 'Select an area', keys: 'Shift+Drag' },
  { title: 'Add to the selection', keys: 'Ctrl+Click' },
  { title: 'New node on a link', keys: 'Drag a port to the canvas' },
]

/** Listens for the commands. Returns how to stop. */
export function watchKeys(editor: Editor, flow: Flow): () => void {
  const press = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || document.querySelector('dialog[open]')) return
    if (event.key === 'Escape' && isTyping(event.target)) return (event.target as HTMLElement).blur()
    const command = commands.find(({ keys }) => keys.some((key) => matches(key, event)))
    if (!command || (isTyping(event.target) && !command.always)) return
    event.preventDefault()
    command.run(editor, flow)
  }
  addEventListener('keydown', press)
  return () => removeEventListener('keydown', press)
}

/** Whether an event is this shortcut. Shift counts for letters only: `?` and `+` sit elsewhere on other keyboards. */
export function matches(
  shortcut: string,
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>,
): boolean {
  const parts = shortcut.split(/\+(?=.)/)
  const key = parts.at(-1) ?? ''
  const shiftMatters = /^[a-z]$/.test(key) || key.length > 1
  return (
    event.key.toLowerCase() === key.toLowerCase() &&
    (event.ctrlKey || event.metaKey) === parts.includes('Mod') &&
    (!shiftMatters || event.shiftKey === parts.includes('Shift')) &&
    !event.altKey
  )
}

function escape(editor: Editor): void {
  if (isRunning(editor.run.getState())) cancelRun(editor)
  else editor.view.getState().select([])
}

function foldSelected(editor: Editor): void {
  const { nodes } = presentOf(editor)
  const ids = [...editor.view.getState().selectedNodes].filter((id) => nodes[id])
  const collapsed = ids.some((id) => nodes[id]?.view?.collapsed !== true)
  editor.document.getState().dispatch({
    type: 'batch',
    actions: ids.map((id) => ({ type: 'node.collapse', id, collapsed })),
  })
}

function switchMode(mode: 'mute' | 'bypass'): Command['run'] {
  return (editor) => {
    const { nodes } = presentOf(editor)
    const ids = [...editor.view.getState().selectedNodes].filter((id) => nodes[id])
    const next = ids.some((id) => nodes[id]?.mode !== mode) ? mode : undefined
    editor.document.getState().dispatch({
      type: 'batch',
      actions: ids.map((id) => ({ type: 'node.mode', id, mode: next })),
    })
  }
}

/** Air between a frame and the nodes in it, in graph units; the title stands above. */
const frameAir = 24
const titleHeight = 36

function groupSelected(editor: Editor, flow: Flow): void {
  const { selectedNodes } = editor.view.getState()
  const boxes = flow.getNodes().filter(({ id }) => selectedNodes.has(id))
  if (boxes.length === 0) return
  const left = Math.min(...boxes.map(({ position }) => position.x))
  const top = Math.min(...boxes.map(({ position }) => position.y))
  const right = Math.max(...boxes.map(({ position, measured }) => position.x + (measured?.width ?? 0)))
  const bottom = Math.max(...boxes.map(({ position, measured }) => position.y + (measured?.height ?? 0)))
  editor.document.getState().dispatch({
    type: 'group.add',
    group: {
      title: 'Group',
      x: left - frameAir,
      y: top - frameAir - titleHeight,
      width: right - left + 2 * frameAir,
      height: bottom - top + 2 * frameAir + titleHeight,
    },
  })
}

function togglePalette(editor: Editor): void {
  editor.view.setState(({ paletteOpen }) => ({ paletteOpen: !paletteOpen }))
}

function toggleResults(editor: Editor): void {
  const { results, selectedNodes } = editor.view.getState()
  const [node] = selectedNodes
  const next =
    node === undefined || node === results?.node ? undefined : { node, full: results?.full ?? false }
  editor.view.setState({ results: next })
}
