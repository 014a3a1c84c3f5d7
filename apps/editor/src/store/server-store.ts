import type { ModelFile, WorkerStatus, WorkflowSummary } from '@woolgather/protocol'
import type { NodeDescription } from '@woolgather/workflow'
import { createStore, type StoreApi } from 'zustand/vanilla'

/** What the server said about itself: what it can run, and how it is doing. */
export interface ServerState {
  connection: 'connecting' | 'open' | 'lost'
  worker: WorkerStatus
  /** Undefined until first fetched. */
  nodes: readonly NodeDescription[] | undefined
  /** Every type the open document can use: the server's and the document's own subgraphs. */
  byType: ReadonlyMap<string, NodeDescription>
  models: readonly ModelFile[]
  workflows: readonly WorkflowSummary[]
}

export type ServerStore = StoreApi<ServerState>

export function createServerStore(): ServerStore {
  return createStore<ServerState>()(() => ({
    connection: 'connecting',
    worker: { state: 'starting' },
    nodes: undefined,
    byType: new Map(),
    models: [],
    workflows: [],
  }))
}
