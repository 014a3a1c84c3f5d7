import { createStore, type StoreApi } from 'zustand/vanilla'
import { isOver, newRun, type NodeRun, type RunState } from '../run/run-state.ts'

export interface RunStoreState {
  run: RunState | undefined
  /** What the run before showed: kept on screen, dimmed, until its node begins again. */
  previous: RunState['nodes']
  /** Asked for, not yet accepted; aborting it takes it back. */
  submitting: AbortController | undefined
  begin: (id: string) => void
}

export type RunStore = StoreApi<RunStoreState>

export function createRunStore(): RunStore {
  return createStore<RunStoreState>()((set) => ({
    run: undefined,
    previous: {},
    submitting: undefined,
    begin: (id) =>
      set(({ run, previous }) => ({
        run: newRun(id),
        previous: { ...previous, ...run?.nodes },
        submitting: undefined,
      })),
  }))
}

export function isRunning(state: RunStoreState): boolean {
  return state.submitting !== undefined || (state.run !== undefined && !isOver(state.run))
}

export function nodeRunOf(state: RunStoreState, id: string): NodeRun | undefined {
  return state.run?.nodes[id] ?? state.previous[id]
}

/** Whether what a node shows is left over from the run before. */
export function isStale(state: RunStoreState, id: string): boolean {
  return state.run !== undefined && state.run.nodes[id] === undefined && state.previous[id] !== undefined
}

export function countRunning({ run }: RunStoreState): number {
  if (!run || isOver(run)) return 0
  return Object.values(run.nodes).reduce((count, node) => count + Number(node.status === 'running'), 0)
}
