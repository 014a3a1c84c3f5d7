import type { ImportedWorkflow } from '@woolgather/protocol'
import type { Link, PortType, Workflow } from '@woolgather/workflow'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { InputRef } from '../document/actions.ts'
import type { Point } from '../layout/free-place.ts'
import type { Tab } from './tab.ts'

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
  /** `search`: what to look for on Hugging Face. */
  | { kind: 'models'; search?: string }
  | { kind: 'workers' }
  | { kind: 'close-tab'; tab: Tab }
  /** Nothing was downloaded from them yet; afterwards it is gone on with. */
  | { kind: 'allow-hosts'; hosts: readonly string[]; goOn: () => void }
  | { kind: 'missing'; missing: ImportedWorkflow['missing'] }
  | { kind: 'compare-runs'; before: string; after: string }
  | { kind: 'conflict'; id: string; theirRevision: string; theirs: Workflow }
  | { kind: 'revisions'; id: string }
  | { kind: 'name'; name: string; answer: (name: string) => void }
  | { kind: 'sent'; workflow: Workflow }
  | ({ kind: 'read' } & ReadText)
  | { kind: 'write'; to: InputRef }

/** A text to be read: one that stands, or what a node of the graph that is drawn makes, as it comes. */
export interface ReadText {
  title: string
  text?: string
  /** `at`: the key of a cell; absent: the one that changed last. `output`: absent, the one that says the most. */
  cell?: { node: string; at?: string; output?: string }
}

export interface Notice {
  id: number
  tone: 'info' | 'error'
  text: string
  hint?: string | undefined
}

export type Theme = 'system' | 'light' | 'dark'

/** What is open or shown around the workflows, whichever of them is in front. */
export interface WorkbenchState {
  search: SearchRequest | undefined
  menu: MenuRequest | undefined
  dialog: Dialog | undefined
  paletteOpen: boolean
  /** Workflows are shown as forms instead of their graphs. */
  appView: boolean
  /** Queue and history, beside the graph. */
  runsOpen: boolean
  problemsOpen: boolean
  /** The ways to run, below the button. */
  runMenu: boolean
  notices: readonly Notice[]
  /** What was said to be missing, and for what, since the page opened: once is enough, the bar goes on saying it. */
  told: ReadonlySet<string>
  theme: Theme
  notify: (tone: Notice['tone'], text: string, hint?: string) => void
  dismiss: (id: number) => void
}

export type WorkbenchStore = StoreApi<WorkbenchState>

/** Milliseconds a notice stays; errors stay until closed. */
const noticeTime = 4000

export function createWorkbenchStore(initial: { theme: Theme; paletteOpen: boolean }): WorkbenchStore {
  let nextNotice = 1
  return createStore<WorkbenchState>()((set, get) => ({
    search: undefined,
    menu: undefined,
    dialog: undefined,
    appView: false,
    problemsOpen: false,
    runsOpen: false,
    runMenu: false,
    notices: [],
    told: new Set(),
    ...initial,
    notify: (tone, text, hint) => {
      const id = nextNotice++
      const others = get().notices.filter((notice) => notice.text !== text)
      set({ notices: [...others.slice(-3), { id, tone, text, hint }] })
      if (tone === 'info') setTimeout(() => get().dismiss(id), noticeTime)
    },
    dismiss: (id) => set({ notices: get().notices.filter((notice) => notice.id !== id) }),
  }))
}
