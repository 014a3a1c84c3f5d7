import { addNote } from '../session/editing/add-note.ts'
import { graphOf, removeSelected } from '../session/editing/edit-graph.ts'
import {
  makeSubgraphOfSelected,
  selectedSubgraphs,
  unpackSelected,
} from '../session/editing/edit-subgraph.ts'
import { groupSelected } from '../session/editing/group-selected.ts'
import type { Editor } from '../store/editor.ts'
import { colorNames } from '../ui/node-colors.ts'
import type { Command } from './command.ts'
import { needsNode, selectedNodes } from '../session/editing/selected-nodes.ts'

/** What is done to the nodes that are selected. */
export const nodeCommands: readonly Command[] = [
  {
    group: 'Graph',
    title: 'Fold or unfold what is selected',
    short: 'Fold',
    keys: ['c'],
    menus: ['nodes'],
    section: 'state',
    disabledReason: needsNode,
    run: foldSelected,
  },
  {
    group: 'Graph',
    title: 'Pin what is selected, or let it move',
    short: 'Pin',
    keys: ['p'],
    menus: ['nodes'],
    section: 'state',
    disabledReason: needsNode,
    run: pinSelected,
  },
  {
    group: 'Graph',
    title: 'Mute what is selected, or let it run',
    short: 'Mute',
    keys: ['Mod+m'],
    menus: ['nodes'],
    section: 'state',
    disabledReason: needsNode,
    run: switchMode('mute'),
  },
  {
    group: 'Graph',
    title: 'Bypass what is selected, or let it run',
    short: 'Bypass',
    keys: ['Mod+b'],
    menus: ['nodes'],
    section: 'state',
    disabledReason: needsNode,
    run: switchMode('bypass'),
  },
  {
    group: 'Graph',
    title: 'Frame what is selected',
    short: 'Frame',
    keys: ['Mod+g'],
    menus: ['nodes'],
    section: 'subgraph',
    disabledReason: needsNode,
    run: groupSelected,
  },
  {
    group: 'Graph',
    title: 'Make a subgraph of what is selected',
    short: 'Make a subgraph',
    keys: ['Mod+Shift+g'],
    menus: ['nodes'],
    section: 'subgraph',
    disabledReason: needsNode,
    run: makeSubgraphOfSelected,
  },
  {
    group: 'Graph',
    title: 'Unpack the subgraph',
    keys: ['u'],
    menus: ['nodes'],
    section: 'subgraph',
    disabledReason: (editor) =>
      selectedSubgraphs(editor).length > 0 ? undefined : 'Select a subgraph first',
    run: unpackSelected,
  },
  {
    group: 'Graph',
    title: 'Write a note',
    keys: ['Shift+n'],
    menus: ['canvas'],
    section: 'one',
    run: addNote,
  },
  ...colorNames.map((color): Command => ({
    group: 'Graph',
    title: `Colour: ${color}`,
    keys: [],
    menus: ['nodes'],
    swatch: color,
    disabledReason: needsNode,
    run: (editor) => colorSelected(editor, color),
  })),
  {
    group: 'Graph',
    title: 'Colour: of the family',
    keys: [],
    menus: ['nodes'],
    swatch: '',
    disabledReason: needsNode,
    run: (editor) => colorSelected(editor, undefined),
  },
  {
    group: 'Graph',
    title: 'Delete what is selected',
    short: 'Delete',
    keys: ['Delete', 'Backspace'],
    menus: ['nodes', 'link'],
    section: 'remove',
    disabledReason: (editor) =>
      editor.front.view.getState().selectedLinks.size > 0 || !needsNode(editor)
        ? undefined
        : 'Select a node or a link first',
    run: removeSelected,
  },
]

function foldSelected(editor: Editor): void {
  const { nodes } = graphOf(editor)
  const ids = selectedNodes(editor)
  const collapsed = ids.some((id) => nodes[id]?.view?.collapsed !== true)
  editor.front.document.getState().dispatch({
    type: 'batch',
    actions: ids.map((id) => ({ type: 'node.collapse', id, collapsed })),
  })
}

function pinSelected(editor: Editor): void {
  const { nodes } = graphOf(editor)
  const ids = selectedNodes(editor)
  const pinned = ids.some((id) => nodes[id]?.view?.pinned !== true)
  editor.front.document.getState().dispatch({
    type: 'batch',
    actions: ids.map((id) => ({ type: 'node.pin', id, pinned })),
  })
}

function switchMode(mode: 'mute' | 'bypass'): Command['run'] {
  return (editor) => {
    const { nodes } = graphOf(editor)
    const ids = selectedNodes(editor)
    const next = ids.some((id) => nodes[id]?.mode !== mode) ? mode : undefined
    editor.front.document.getState().dispatch({
      type: 'batch',
      actions: ids.map((id) => ({ type: 'node.mode', id, mode: next })),
    })
  }
}

function colorSelected(editor: Editor, color: string | undefined): void {
  editor.front.document.getState().dispatch({
    type: 'batch',
    actions: selectedNodes(editor).map((id) => ({ type: 'node.color', id, color })),
  })
}
