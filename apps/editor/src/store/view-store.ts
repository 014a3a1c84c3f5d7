import type { Viewport } from '@xyflow/react'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Box } from '../layout/free-place.ts'

/** Whose results are shown in the panel below the graph, or over all of it. */
export interface ResultsRequest {
  node: string
  full: boolean
}

/** How one workflow is looked at: what is selected and seen of it. Nothing of it is part of the workflow. */
export interface ViewState {
  selectedNodes: ReadonlySet<string>
  selectedLinks: ReadonlySet<string>
  /**
   * Where the nodes of the graph lie and how large they are, in graph units: as measured, and in a large graph, where that
   * was never drawn, about so. A node of a small graph is missing until it is measured.
   */
  boxes: ReadonlyMap<string, Box>
  /** Nodes of a large graph that are drawn in full; undefined where all are. */
  detailed: ReadonlySet<string> | undefined
  /** Nodes of a very large graph that are elements of the page; the others are painted. Undefined where all are. */
  shown: ReadonlySet<string> | undefined
  /** A node of the graph that is being opened, to be shown once it is drawn. */
  revealing: { id: string; input?: string | undefined } | undefined
  results: ResultsRequest | undefined
  /** Part of the graph that is in view. */
  viewport: Viewport | undefined
  /** Part to show when it is drawn next; absent: all of it. */
  returning: Viewport | undefined
  select: (nodes: Iterable<string>, links?: Iterable<string>) => void
}

export type ViewStore = StoreApi<ViewState>

export function createViewStore(): ViewStore {
  return createStore<ViewState>()((set) => ({
    selectedNodes: new Set(),
    selectedLinks: new Set(),
    boxes: new Map(),
    detailed: undefined,
    shown: undefined,
    revealing: undefined,
    results: undefined,
    viewport: undefined,
    returning: undefined,
    select: (nodes, links = []) => set({ selectedNodes: new Set(nodes), selectedLinks: new Set(links) }),
  }))
}
