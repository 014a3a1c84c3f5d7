import { parseLinkId } from '../document/link-id.ts'
import { copyText } from '../session/editing/copy-text.ts'
import { copySelected, duplicateSelected, graphOf, selectAll } from '../session/editing/edit-graph.ts'
import { selectedSubgraphs } from '../session/editing/edit-subgraph.ts'
import { enterSubgraph, leaveSubgraph } from '../session/editing/enter-subgraph.ts'
import { insertAtPointer, readLink } from '../session/editing/insert-on-link.ts'
import { pasteFromClipboard } from '../session/files/clipboard.ts'
import { searchAtPointer, searchPlaces } from '../session/editing/open-search.ts'
import { addReroute, straighten } from '../session/editing/reroute-link.ts'
import type { Editor } from '../store/editor.ts'
import type { Command } from './command.ts'
import { needsNode, selectedNodes } from '../session/editing/selected-nodes.ts'

const needsLink = (editor: Editor): string | undefined =>
  editor.front.view.getState().selectedLinks.size === 1 ? undefined : 'Select a link first'

function needsPoints(editor: Editor): string | undefined {
  const link = selectedLink(editor)
  if (!link) return 'Select a link first'
  const { reroutes } = graphOf(editor).nodes[link.to.node]?.view ?? {}
  return reroutes?.[link.to.input] === undefined ? 'The selected link has no points' : undefined
}

function selectedLink(editor: Editor) {
  const [id] = editor.front.view.getState().selectedLinks
  return id === undefined ? undefined : readLink(editor, parseLinkId(id))
}

/** The way out of a subgraph. */
export const leave: Command = {
  group: 'Graph',
  title: 'Leave the subgraph',
  keys: ['Shift+o'],
  menus: ['canvas'],
  section: 'one',
  disabledReason: (editor) =>
    editor.front.document.getState().path.length > 0 ? undefined : 'No subgraph is open',
  run: leaveSubgraph,
}

/** The way into one. */
export const enter: Command = {
  group: 'Graph',
  title: 'Open the subgraph',
  keys: ['o'],
  menus: ['nodes'],
  section: 'one',
  disabledReason: (editor) =>
    selectedSubgraphs(editor).length === 1 ? undefined : 'Select one subgraph first',
  run: (editor) => {
    const [id] = selectedSubgraphs(editor)
    if (id !== undefined) enterSubgraph(editor, id)
  },
}

/** Where one is in the graph, what is found in it, and its links. */
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
      if (link && selectedNodes(editor).length === 0) insertAtPointer(editor, flow, link)
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
    disabledReason: needsLink,
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
    disabledReason: needsLink,
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
    disabledReason: needsPoints,
    run: (editor) => {
      const link = selectedLink(editor)
      if (link) straighten(editor, link)
    },
  },
  enter,
  leave,
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
    disabledReason: needsNode,
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
    disabledReason: needsNode,
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
]

async function copyToClipboard(editor: Editor): Promise<void> {
  const text = copySelected(editor)
  if (text !== undefined) await copyText(editor, text, 'Copied')
}
