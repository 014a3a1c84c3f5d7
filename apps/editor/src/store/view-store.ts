import type { Link, PortType, Workflow } from '@woolgather/workflow'
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

/** The list of nodes, open at a place. */
export interface SearchRequest {
  /** Where to show it, in pixels of the window. */
  screen: Point
  /** Where the new node goes, in graph units. */
  at: Point
  /** What the new node is wired to; the list then holds only what fits. */
  link?: LooseLink | undefined
  /** Also lists the ports that are there already: how the keyboard draws a link between two nodes. */
  partners?: boolean
}

export type Dialog =
  | { kind: 'shortcuts' }
  | { kind: 'templates' }
  | { kind: 'conflict'; id: string; theirRevision: string; theirs: Workflow }

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
  dialog: Dialog | undefined
  paletteOpen: boolean
  problemsOpen: boolean
  results: ResultsRequest | undefined
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
    dialog: undefined,
    problemsOpen: false,
    results: undefined,
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
