import type { ModelDownload, ModelFile, WorkerStatus, WorkflowSummary } from '@woolgather/protocol'
import type { NodeDescription } from '@woolgather/workflow'
import { createStore, type StoreApi } from 'zustand/vanilla'

/** What the server said about itself: what it can run, and how it is doing. */
export interface ServerState {
  /** Once lost, it is lost until it is open again, however often that is tried. */
  connection: 'connecting' | 'open' | 'lost'
  /** Why there is nothing to show yet: the last attempt to fetch what the server has. */
  unanswered?: { message: string; hint?: string | undefined }
  worker: WorkerStatus
  /** Undefined until first fetched. */
  nodes: readonly NodeDescription[] | undefined
  /** Every type the open document can use: the server's and the document's own subgraphs. */
  byType: ReadonlyMap<string, NodeDescription>
  models: readonly ModelFile[]
  /** Models being fetched, and those fetched since the page opened. */
  downloads: readonly ModelDownload[]
  /** Model files being sent. */
  uploads: readonly { name: string; bytes: number }[]
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
    downloads: [],
    uploads: [],
    workflows: [],
  }))
}
