import type { ImportedWorkflow } from '@woolgather/protocol'
import type { Link, PortType, Workflow } from '@woolgather/workflow'
import type { Viewport } from '@xyflow/react'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { InputRef } from '../document/actions.ts'

export interface Point {
  x: number
  y: number
}

/** A link with one end in the air. */
export type LooseLink =
  | { side: 'output'; from: Link; type: PortType }
  | { side: 'input'; to: InputRef; type: PortType; append: boolean }

/** A link with the types at its ends. */
export interface WholeLink {
  from: Link
  to: InputRef
  fromType: PortType
  toType: PortType
}

/** A menu, open at a place in pixels of the window. */
export interface MenuRequest extends Point {
  target: 'nodes' | 'link' | 'canvas'
}

/** The list of nodes, open at a place. */
export interface SearchRequest {
  /** Where to show it, in pixels of the window. */
  screen: Point
  /** Where the new node goes, in graph units. */
  at: Point
  /** What the new node is wired to; the list then holds only what fits. */
  link?: LooseLink | undefined
  /** Instead of node types: the nodes there are, to go to one, or what one can do. */
  kind?: 'places' | 'commands'
  /** The link the new node is put on; the list then holds only what fits between its ends. */
  between?: WholeLink | undefined
  /** Also lists the ports that are there already: how the keyboard draws a link between two nodes. */
  partners?: boolean
}

export type Dialog =
  | { kind: 'shortcuts' }
  | { kind: 'templates' }
  | { kind: 'close-tab'; tab: string }
  | { kind: 'missing'; missing: ImportedWorkflow['missing'] }
  | { kind: 'compare-runs'; before: string; after: string }
  | { kind: 'conflict'; id: string; theirRevision: string; theirs: Workflow }
  | { kind: 'revisions'; id: string }

export interface Notice {
  id: number
  tone: 'info' | 'error'
  text: string
  hint?: string | undefined
}

/** Whose results are shown in the panel below the graph, or over all of it. */
export interface ResultsRequest {
  node: string
  full: boolean
}

export type Theme = 'system' | 'light' | 'dark'

/** What is selected, open or shown: nothing of it is part of the workflow. */
export interface ViewState {
  selectedNodes: ReadonlySet<string>
  selectedLinks: ReadonlySet<string>
  search: SearchRequest | undefined
  menu: MenuRequest | undefined
  dialog: Dialog | undefined
  /** Nodes of a large graph that are drawn in full; undefined where all are. */
  detailed: ReadonlySet<string> | undefined
  /** A node of the graph that is being opened, to be shown once it is drawn. */
  revealing: { id: string; input?: string | undefined } | undefined
  paletteOpen: boolean
  /** The workflow is shown as a form instead of its graph. */
  appView: boolean
  /** Queue and history, beside the graph. */
  runsOpen: boolean
  problemsOpen: boolean
  results: ResultsRequest | undefined
  /** Part of the graph that is in view. */
  viewport: Viewport | undefined
  /** Part to show of what comes to the front next; absent: all of it. */
  returning: Viewport | undefined
  notices: readonly Notice[]
  theme: Theme
  select: (nodes: Iterable<string>, links?: Iterable<string>) => void
  notify: (tone: Notice['tone'], text: string, hint?: string) => void
  dismiss: (id: number) => void
}

export type ViewStore = StoreApi<ViewState>

/** Milliseconds a notice stays; errors stay until closed. */
const noticeTime = 4000

export function createViewStore(initial: { theme: Theme; paletteOpen: boolean }): ViewStore {
  let nextNotice = 1
  return createStore<ViewState>()((set, get) => ({
    selectedNodes: new Set(),
    selectedLinks: new Set(),
    search: undefined,
    menu: undefined,
    dialog: undefined,
    revealing: undefined,
    detailed: undefined,
    appView: false,
    problemsOpen: false,
    runsOpen: false,
    results: undefined,
    viewport: undefined,
    returning: undefined,
    notices: [],
    ...initial,
    select: (nodes, links = []) => set({ selectedNodes: new Set(nodes), selectedLinks: new Set(links) }),
    notify: (tone, text, hint) => {
      const id = nextNotice++
      const others = get().notices.filter((notice) => notice.text !== text)
      set({ notices: [...others.slice(-3), { id, tone, text, hint }] })
      if (tone === 'info') setTimeout(() => get().dismiss(id), noticeTime)
    },
    dismiss: (id) => set({ notices: get().notices.filter((notice) => notice.id !== id) }),
  }))
}
