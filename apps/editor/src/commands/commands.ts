import { appCommands } from './app-commands.ts'
import { arrangeCommands } from './arrange-commands.ts'
import type { Command } from './command.ts'
import { graphCommands } from './graph-commands.ts'
import { listModels, listWorkers, unload } from './model-commands.ts'
import { nodeCommands } from './node-commands.ts'
import { runCommands } from './run-commands.ts'
import { leaveSubgraph } from '../session/editing/enter-subgraph.ts'
import { chooseResults } from '../results/choose-node.ts'
import { openLarge, readResult } from './open-large.ts'
import { searchCommands } from '../session/editing/open-search.ts'
import { showAll } from '../session/editing/show-all.ts'
import { openEmpty } from '../session/files/open-workflow.ts'
import { showRevisions } from '../session/files/restore-revision.ts'
import { saveAs, saveWorkflow } from '../session/files/save-workflow.ts'
import type { Editor } from '../store/editor.ts'
import { closeTab, stepTab } from '../session/files/tabs.ts'

// Those with a name are what buttons do as well: their tooltips tell the shortcut.

const letGo: Command = {
  group: 'Graph',
  title: 'Let go of the selection; close what is open; leave the subgraph',
  inApp: true,
  keys: ['Escape'],
  run: escape,
}

export const undo: Command = {
  group: 'Edit',
  title: 'Undo',
  inApp: true,
  keys: ['Mod+z'],
  run: (editor) => editor.front.document.getState().undo(),
}

export const redo: Command = {
  group: 'Edit',
  title: 'Redo',
  inApp: true,
  keys: ['Mod+Shift+z', 'Mod+y'],
  run: (editor) => editor.front.document.getState().redo(),
}

export const listNodes: Command = {
  group: 'View',
  title: 'Show or hide the list of nodes',
  keys: ['n'],
  run: togglePalette,
}

export const listRuns: Command = {
  group: 'View',
  title: 'Show or hide queue and history',
  keys: ['h'],
  run: toggleRuns,
}

export const showResults: Command = {
  group: 'View',
  title: 'Show the results at large: of the selected node, the sweep, or the one text',
  keys: ['r'],
  disabledReason: (editor) =>
    chooseResults(editor) === undefined && !editor.front.view.getState().results
      ? 'Run the workflow first'
      : undefined,
  run: toggleResults,
}

export const listShortcuts: Command = {
  group: 'View',
  title: 'Shortcuts',
  inApp: true,
  keys: ['?'],
  run: (editor) => editor.workbench.setState({ dialog: { kind: 'shortcuts' } }),
}

export const save: Command = {
  group: 'Workflow',
  title: 'Save',
  inApp: true,
  keys: ['Mod+s'],
  always: true,
  run: (editor) => void saveWorkflow(editor),
}

export const openTab: Command = {
  group: 'Workflow',
  title: 'New workflow in a tab',
  inApp: true,
  keys: ['Shift+t'],
  run: openEmpty,
}

export const close: Command = {
  group: 'Workflow',
  title: 'Close the tab',
  inApp: true,
  keys: ['Shift+w'],
  run: (editor) => closeTab(editor, editor.front),
}

export const saveAsCopy: Command = {
  group: 'Workflow',
  title: 'Save as a copy',
  inApp: true,
  keys: ['Mod+Shift+s'],
  always: true,
  run: (editor) => void saveAs(editor),
}

export const commands: readonly Command[] = [
  ...runCommands,
  letGo,
  ...graphCommands,
  ...nodeCommands,
  ...arrangeCommands,
  ...appCommands,
  undo,
  redo,
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
  listNodes,
  listRuns,
  listModels,
  listWorkers,
  unload,
  showResults,
  {
    group: 'View',
    title: 'Open the field or result at the keyboard in the whole window',
    inApp: true,
    keys: ['Mod+e'],
    always: true,
    run: openLarge,
  },
  {
    group: 'View',
    title: 'Find a command',
    keys: ['Mod+k'],
    always: true,
    run: searchCommands,
  },
  listShortcuts,
  save,
  openTab,
  close,
  { group: 'Workflow', title: 'Next tab', inApp: true, keys: [']'], run: (editor) => stepTab(editor, 1) },
  {
    group: 'Workflow',
    title: 'Previous tab',
    inApp: true,
    keys: ['['],
    run: (editor) => stepTab(editor, -1),
  },
  saveAsCopy,
  { group: 'Workflow', title: 'Earlier versions', inApp: true, keys: [], run: showRevisions },
]

/** What works without being a command: the browser and React Flow do it. */
export const gestures: readonly { title: string; keys: string }[] = [
  { title: 'Copy, cut, paste', keys: 'Mod+C · Mod+X · Mod+V' },
  { title: 'Move the selection', keys: 'Arrows' },
  { title: 'Wire the focused port', keys: 'Enter' },
  { title: 'Select an area', keys: 'Shift+Drag' },
  { title: 'Add to the selection', keys: 'Mod+Click' },
  { title: 'New node, linked', keys: 'Drag a port to the canvas' },
  { title: 'Put a node on a link', keys: 'Drop it there' },
  { title: 'Move the end of a link', keys: 'Drag it' },
  { title: 'Make a node wider or taller', keys: 'Drag its right or lower edge' },
  { title: 'Menu of what is under the pointer', keys: 'Right click · Shift+F10' },
]

function escape(editor: Editor): void {
  const { selectedNodes, selectedLinks, select, results } = editor.front.view.getState()
  const { search, problemsOpen } = editor.workbench.getState()
  if (search) editor.workbench.setState({ search: undefined })
  else if (selectedNodes.size + selectedLinks.size > 0) select([])
  else if (problemsOpen) editor.workbench.setState({ problemsOpen: false })
  else if (results) editor.front.view.setState({ results: undefined })
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
  const chosen = results && selectedNodes.size === 0 ? undefined : chooseResults(editor)
  if (chosen?.single === true) return readResult(editor, chosen.node)
  const isOther = chosen !== undefined && chosen.node !== results?.node
  const next = isOther ? { node: chosen.node, full: results?.full ?? false } : undefined
  editor.front.view.setState({ results: next })
}
