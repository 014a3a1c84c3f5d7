import { createStore, type StoreApi } from 'zustand/vanilla'
import { createTab, type Tab } from './tab.ts'

/** Which workflows are open, and which of them is in front. */
export interface TabState {
  /** All that are open, as the bar shows them: one at least. */
  open: readonly Tab[]
  /** Id of the one that is drawn. */
  front: string
  /** Whether a workflow was opened since the page was; until then an empty one stands in its place. */
  started: boolean
}

export type TabStore = StoreApi<TabState>

export function createTabStore(): TabStore {
  const placeholder = createTab('tab-0')
  return createStore<TabState>()(() => ({ open: [placeholder], front: placeholder.id, started: false }))
}

export function frontOf({ open, front }: TabState): Tab {
  return open.find(({ id }) => id === front)!
}

/** A name that no open tab has. */
export function freeTabId(open: readonly Tab[]): string {
  const highest = Math.max(...open.map(({ id }) => Number(id.slice(id.indexOf('-') + 1))))
  return `tab-${highest + 1}`
}

/**
 * Tells of every change to one store of the tab in front, and of another tab coming to the front: then `before` is the
 * state of that store in the tab that left. Returns how to stop.
 */
export function watchFront<State>(
  tabs: TabStore,
  storeOf: (tab: Tab) => StoreApi<State>,
  tell: (state: State, before: State) => void,
): () => void {
  let store = storeOf(frontOf(tabs.getState()))
  let stop = store.subscribe(tell)
  const stopTabs = tabs.subscribe((state) => {
    const next = storeOf(frontOf(state))
    if (next === store) return
    const before = store.getState()
    stop()
    store = next
    stop = store.subscribe(tell)
    tell(store.getState(), before)
  })
  return () => {
    stopTabs()
    stop()
  }
}

/** Watches each tab from when it opens, or now, until it closes. Returns how to stop. */
export function watchTabs(tabs: TabStore, watch: (tab: Tab) => () => void): () => void {
  const watched = new Map<Tab, () => void>()
  const update = ({ open }: TabState): void => {
    for (const [tab, stop] of watched) if (!open.includes(tab)) stop()
    for (const tab of watched.keys()) if (!open.includes(tab)) watched.delete(tab)
    for (const tab of open) if (!watched.has(tab)) watched.set(tab, watch(tab))
  }
  update(tabs.getState())
  const stopTabs = tabs.subscribe(update)
  return () => {
    stopTabs()
    for (const stop of watched.values()) stop()
  }
}
