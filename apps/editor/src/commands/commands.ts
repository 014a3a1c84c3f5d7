import { appCommands } from './app-commands.ts'
import { arrangeCommands } from './arrange-commands.ts'
import type { Command, Flow } from './command.ts'
import { graphCommands } from './graph-commands.ts'
import { showAll } from '../graph/show-all.ts'
import { isTyping } from '../session/editing/clipboard.ts'
import { leaveSubgraph } from '../session/editing/enter-subgraph.ts'
import { searchCommands } from '../session/editing/open-search.ts'
import { openEmpty } from '../session/files/open-workflow.ts'
import { cancelRun, runWorkflow } from '../session/running/run-workflow.ts'
import { showRevisions } from '../session/files/restore-revision.ts'
import { saveCopy, saveWorkflow } from '../session/files/save-workflow.ts'
import type { Editor } from '../store/editor.ts'
import { closeTab, stepTab } from '../session/files/tabs.ts'
import { isRunning } from '../store/run-store.ts'

export const commands: readonly Command[] = [
  {
    group: 'Run',
    title: 'Run the workflow',
    inApp: true,
    keys: ['Mod+Enter'],
    always: true,
    run: (editor) => void runWorkflow(editor),
  },
  {
    group: 'Run',
    title: 'Cancel the run; let go of the selection; leave the subgraph',
    inApp: true,
    keys: ['Escape'],
    run: escape,
  },
  ...graphCommands,
  ...arrangeCommands,
  ...appCommands,
  {
    group: 'Edit',
    title: 'Undo',
    inApp: true,
    keys: ['Mod+z'],
    run: (editor) => editor.front.document.getState().undo(),
  },
  {
    group: 'Edit',
    title: 'Redo',
    inApp: true,
    keys: ['Mod+Shift+z', 'Mod+y'],
    run: (editor) => editor.front.document.getState().redo(),
  },
  {
    group: 'View',
    title: 'Show all',
    keys: ['f'],
    menus: ['canvas'],
    section: 'state',
    run: (editor, flow) => showAll(editor, flow, 200),
  },
  { group: 'View', title: 'Zoom in', keys: ['+', '='], run: (_, flow) => void flow.zoomIn() },
  { group: 'View', title: 'Zoom out', keys: ['-'], run: (_, flow) => void flow.zoomOut() },
  { group: 'View', title: 'Show or hide the list of nodes', keys: ['n'], run: togglePalette },
  { group: 'View', title: 'Show or hide queue and history', keys: ['h'], run: toggleRuns },
  { group: 'View', title: 'Show all results of the selected node', keys: ['r'], run: toggleResults },
  {
    group: 'View',
    title: 'Find a command',
    keys: ['Mod+k'],
    always: true,
    run: searchCommands,
  },
  {
    group: 'View',
    title: 'Shortcuts',
    inApp: true,
    keys: ['?'],
    run: (editor) => editor.workbench.setState({ dialog: { kind: 'shortcuts' } }),
  },
  {
    group: 'Workflow',
    title: 'Save',
    inApp: true,
    keys: ['Mod+s'],
    always: true,
    run: (editor) => void saveWorkflow(editor),
  },
  { group: 'Workflow', title: 'New workflow in a tab', inApp: true, keys: ['Shift+t'], run: openEmpty },
  {
    group: 'Workflow',
    title: 'Close the tab',
    inApp: true,
    keys: ['Shift+w'],
    run: (editor) => closeTab(editor, editor.front),
  },
  { group: 'Workflow', title: 'Next tab', inApp: true, keys: [']'], run: (editor) => stepTab(editor, 1) },
  {
    group: 'Workflow',
    title: 'Previous tab',
    inApp: true,
    keys: ['['],
    run: (editor) => stepTab(editor, -1),
  },
  {
    group: 'Workflow',
    title: 'Save as a copy',
    inApp: true,
    keys: ['Mod+Shift+s'],
    always: true,
    run: (editor) => void saveCopy(editor),
  },
  { group: 'Workflow', title: 'Earlier versions', inApp: true, keys: [], run: showRevisions },
]

/** What works without being a command: the browser and React Flow do it. */
export const gestures: readonly { title: string; keys: string }[] = [
  { title: 'Copy, cut, paste', keys: 'Mod+C · Mod+X · Mod+V' },
  { title: 'Move the selection', keys: 'Arrows' },
  { title: 'Wire the focused port', keys: 'Enter' },
  { title: 'Select an area', keys: 'Shift+Drag' },
  { title: 'Add to the selection', keys: 'Ctrl+Click' },
  { title: 'New node, linked', keys: 'Drag a port to the canvas' },
  { title: 'Put a node on a link', keys: 'Drop it there' },
  { title: 'Move the end of a link', keys: 'Drag it' },
  { title: 'Menu of what is under the pointer', keys: 'Right click · Shift+F10' },
]

/** Listens for the commands. Returns how to stop. */
export function watchKeys(editor: Editor, flow: Flow): () => void {
  const find = (event: KeyboardEvent): Command | undefined => {
    if (event.defaultPrevented || document.querySelector('dialog[open]')) return undefined
    const command = commands.find(
      ({ keys, when, inApp }) =>
        keys.some((key) => matches(key, event)) &&
        (inApp === true || !editor.workbench.getState().appView) &&
        (when?.(editor) ?? true),
    )
    return command?.always === true || !isTyping(event.target) ? command : undefined
  }
  // Before the graph sees it: there Ctrl+Enter would take the node with the focus out of the selection.
  const pressFirst = (event: KeyboardEvent): void => {
    const command = find(event)
    if (command?.always !== true) return
    event.preventDefault()
    event.stopPropagation()
    command.run(editor, flow)
  }
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && isTyping(event.target) && !event.defaultPrevented)
      return leaveField(event.target as HTMLElement)
    const command = find(event)
    if (!command) return
    event.preventDefault()
    command.run(editor, flow)
  }
  addEventListener('keydown', pressFirst, true)
  addEventListener('keydown', press)
  return () => {
    removeEventListener('keydown', pressFirst, true)
    removeEventListener('keydown', press)
  }
}

/** Whether an event is this shortcut. Shift counts for letters only: `?` and `+` sit elsewhere on other keyboards. */
export function matches(
  shortcut: string,
  event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>,
): boolean {
  const parts = shortcut.split(/\+(?=.)/)
  const key = parts.at(-1) ?? ''
  const shiftMatters = /^[a-z]$/.test(key) || key.length > 1
  // With Alt a Mac writes another character: the key itself counts.
  const pressed = event.altKey ? event.code.replace(/^Key/, '') : event.key
  return (
    pressed.toLowerCase() === key.toLowerCase() &&
    (event.ctrlKey || event.metaKey) === parts.includes('Mod') &&
    (!shiftMatters || event.shiftKey === parts.includes('Shift')) &&
    event.altKey === parts.includes('Alt')
  )
}

/** The keyboard goes on from the node of the field, not from the beginning of the page. */
function leaveField(field: HTMLElement): void {
  field.blur()
  field.closest<HTMLElement>('.react-flow__node')?.focus({ preventScroll: true })
}

function escape(editor: Editor): void {
  const { selectedNodes, selectedLinks, select } = editor.front.view.getState()
  if (editor.workbench.getState().search) editor.workbench.setState({ search: undefined })
  else if (isRunning(editor.front.run.getState())) cancelRun(editor)
  else if (selectedNodes.size + selectedLinks.size > 0) select([])
  else leaveSubgraph(editor)
}

function toggleRuns(editor: Editor): void {
  editor.workbench.setState(({ runsOpen }) => ({ runsOpen: !runsOpen }))
}

function togglePalette(editor: Editor): void {
  editor.workbench.setState(({ paletteOpen }) => ({ paletteOpen: !paletteOpen }))
}

function toggleResults(editor: Editor): void {
  const { results, selectedNodes } = editor.front.view.getState()
  const [node] = selectedNodes
  const next =
    node === undefined || node === results?.node ? undefined : { node, full: results?.full ?? false }
  editor.front.view.setState({ results: next })
}
