import type { Workflow } from '@woolgather/workflow'
import type { Viewport } from '@xyflow/react'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { History } from '../document/history.ts'
import type { RunState } from '../run/run-state.ts'
import type { Origin } from './document-store.ts'
import type { ResultsRequest } from './view-store.ts'

/** A workflow that is open behind the one in front, with all that brings it back as it was left. */
export interface ParkedTab {
  history: History
  /** The subgraph that was entered; empty where none was. */
  path: readonly string[]
  origin: Origin
  saved: Workflow | undefined
  run: RunState | undefined
  previous: RunState['nodes']
  results: ResultsRequest | undefined
  /** Part of the graph that was in view; absent: all of it. */
  viewport: Viewport | undefined
}

/** Which workflows are open. The one in front is in the other stores. */
export interface TabState {
  /** All that are open, as the bar shows them. */
  order: readonly string[]
  active: string
  parked: ReadonlyMap<string, ParkedTab>
  /** Puts another in the place of a parked one, e.g. as its run goes on. */
  repark: (id: string, change: (tab: ParkedTab) => ParkedTab) => void
}

export type TabStore = StoreApi<TabState>

const firstTab = 'tab-1'

export function createTabStore(): TabStore {
  return createStore<TabState>()((set) => ({
    order: [firstTab],
    active: firstTab,
    parked: new Map(),
    repark: (id, change) =>
      set(({ parked }) => {
        const tab = parked.get(id)
        return tab === undefined ? {} : { parked: new Map(parked).set(id, change(tab)) }
      }),
  }))
}

/** A name no open tab has. */
export function freeTab({ order }: TabState): string {
  const highest = Math.max(0, ...order.map((id) => Number(id.slice(id.indexOf('-') + 1))))
  return `tab-${highest + 1}`
}
