import { isBorder } from '../document/scope.ts'
import { parseLinkId } from '../document/link-id.ts'
import { addNote } from '../session/editing/add-note.ts'
import {
  copySelected,
  duplicateSelected,
  graphOf,
  removeSelected,
  selectAll,
} from '../session/editing/edit-graph.ts'
import {
  makeSubgraphOfSelected,
  selectedSubgraphs,
  unpackSelected,
} from '../session/editing/edit-subgraph.ts'
import { enterSubgraph, leaveSubgraph } from '../session/editing/enter-subgraph.ts'
import { groupSelected } from '../session/editing/group-selected.ts'
import { insertAtPointer, readLink } from '../session/editing/insert-on-link.ts'
import { pasteFromClipboard } from '../session/editing/clipboard.ts'
import { searchAtPointer, searchPlaces } from '../session/editing/open-search.ts'
import { addReroute, straighten } from '../session/editing/reroute-link.ts'
import type { Editor } from '../store/editor.ts'
import { colorNames } from '../ui/node-colors.ts'
import type { Command } from './command.ts'

const anyNode = (editor: Editor): boolean => selectedNodes(editor).length > 0
const oneLink = (editor: Editor): boolean => editor.front.view.getState().selectedLinks.size === 1

function selectedNodes(editor: Editor): string[] {
  const { nodes } = graphOf(editor)
  return [...editor.front.view.getState().selectedNodes].filter((id) => nodes[id] && !isBorder(id))
}

function selectedLink(editor: Editor) {
  const [id] = editor.front.view.getState().selectedLinks
  return id === undefined ? undefined : readLink(editor, parseLinkId(id))
}

export const graphCommands: readonly Command[] = [
  {
    group: 'Graph',
    title: 'Find and add a node',
    short: 'Add a node…',
    keys: ['/'],
    menus: ['canvas'],
    section: 'one',
    run: (editor, flow) => {
      const link = selectedLink(editor)
      if (link && !anyNode(editor)) insertAtPointer(editor, flow, link)
      else searchAtPointer(editor, flow)
    },
  },
  {
    group: 'Graph',
    title: 'Insert a node on the link',
    short: 'Insert a node…',
    keys: ['i'],
    menus: ['link'],
    section: 'one',
    when: oneLink,
    run: (editor, flow) => {
      const link = selectedLink(editor)
      if (link) insertAtPointer(editor, flow, link)
    },
  },
  {
    group: 'Graph',
    title: 'Lead the link through a point',
    short: 'Add a point',
    keys: ['.'],
    menus: ['link'],
    section: 'one',
    when: oneLink,
    run: (editor, flow) => {
      const link = selectedLink(editor)
      if (link) addReroute(editor, flow, link)
    },
  },
  {
    group: 'Graph',
    title: 'Take the points of the link away',
    short: 'Take its points away',
    keys: [],
    menus: ['link'],
    section: 'one',
    when: (editor) => {
      const link = selectedLink(editor)
      return (
        link !== undefined &&
        graphOf(editor).nodes[link.to.node]?.view?.reroutes?.[link.to.input] !== undefined
      )
    },
    run: (editor) => {
      const link = selectedLink(editor)
      if (link) straighten(editor, link)
    },
  },
  {
    group: 'Graph',
    title: 'Open the subgraph',
    keys: ['o'],
    menus: ['nodes'],
    section: 'one',
    when: (editor) => selectedSubgraphs(editor).length === 1,
    run: (editor) => {
      const [id] = selectedSubgraphs(editor)
      if (id !== undefined) enterSubgraph(editor, id)
    },
  },
  {
    group: 'Graph',
    title: 'Leave the subgraph',
    keys: ['Shift+o'],
    menus: ['canvas'],
    section: 'one',
    when: (editor) => editor.front.document.getState().path.length > 0,
    run: leaveSubgraph,
  },
  {
    group: 'Graph',
    title: 'Find a node of this workflow',
    short: 'Find a node…',
    keys: ['Mod+f'],
    menus: ['canvas'],
    section: 'one',
    run: searchPlaces,
  },
  {
    group: 'Graph',
    title: 'Copy',
    keys: [],
    menus: ['nodes'],
    section: 'nodes',
    when: anyNode,
    run: (editor) => void copyToClipboard(editor),
  },
  {
    group: 'Graph',
    title: 'Paste',
    keys: [],
    menus: ['canvas'],
    section: 'nodes',
    run: (editor, flow) => void pasteFromClipboard(editor, flow),
  },
  {
    group: 'Graph',
    title: 'Duplicate, keeping links',
    short: 'Duplicate',
    keys: ['Mod+d'],
    menus: ['nodes'],
    section: 'nodes',
    when: anyNode,
    run: duplicateSelected,
  },
  {
    group: 'Graph',
    title: 'Select everything',
    keys: ['Mod+a'],
    menus: ['canvas'],
    section: 'nodes',
    run: selectAll,
  },
  {
    group: 'Graph',
    title: 'Fold or unfold what is selected',
    short: 'Fold',
    keys: ['c'],
    menus: ['nodes'],
    section: 'state',
    when: anyNode,
    run: foldSelected,
  },
  {
    group: 'Graph',
    title: 'Pin what is selected, or let it move',
    short: 'Pin',
    keys: ['p'],
    menus: ['nodes'],
    section: 'state',
    when: anyNode,
    run: pinSelected,
  },
  {
    group: 'Graph',
    title: 'Mute what is selected, or let it run',
    short: 'Mute',
    keys: ['Mod+m'],
    menus: ['nodes'],
    section: 'state',
    when: anyNode,
    run: switchMode('mute'),
  },
  {
    group: 'Graph',
    title: 'Bypass what is selected, or let it run',
    short: 'Bypass',
    keys: ['Mod+b'],
    menus: ['nodes'],
    section: 'state',
    when: anyNode,
    run: switchMode('bypass'),
  },
  {
    group: 'Graph',
    title: 'Frame what is selected',
    short: 'Frame',
    keys: ['Mod+g'],
    menus: ['nodes'],
    section: 'subgraph',
    when: anyNode,
    run: groupSelected,
  },
  {
    group: 'Graph',
    title: 'Make a subgraph of what is selected',
    short: 'Make a subgraph',
    keys: ['Mod+Shift+g'],
    menus: ['nodes'],
    section: 'subgraph',
    when: anyNode,
    run: makeSubgraphOfSelected,
  },
  {
    group: 'Graph',
    title: 'Unpack the subgraph',
    keys: ['u'],
    menus: ['nodes'],
    section: 'subgraph',
    when: (editor) => selectedSubgraphs(editor).length > 0,
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
    when: anyNode,
    run: (editor) => colorSelected(editor, color),
  })),
  {
    group: 'Graph',
    title: 'Colour: of the family',
    keys: [],
    menus: ['nodes'],
    swatch: '',
    when: anyNode,
    run: (editor) => colorSelected(editor, undefined),
  },
  {
    group: 'Graph',
    title: 'Delete what is selected',
    short: 'Delete',
    keys: ['Delete', 'Backspace'],
    menus: ['nodes', 'link'],
    section: 'remove',
    when: (editor) => anyNode(editor) || editor.front.view.getState().selectedLinks.size > 0,
    run: removeSelected,
  },
]

async function copyToClipboard(editor: Editor): Promise<void> {
  const text = copySelected(editor)
  if (text === undefined) return
  await navigator.clipboard.writeText(text)
  editor.workbench.getState().notify('info', 'Copied')
}

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
