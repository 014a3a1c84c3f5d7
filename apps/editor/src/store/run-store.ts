import type { Workflow } from '@woolgather/workflow'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { isOver, newRun, type NodeRun, type RunState } from '../run/run-state.ts'

export interface RunStoreState {
  run: RunState | undefined
  /** What the run before showed: kept on screen, dimmed, until its node begins again. */
  previous: RunState['nodes']
  /** The runs that those are of, by the same instance paths. */
  previousRuns: Readonly<Record<string, RunState>>
  /** Asked for, not yet accepted; aborting it takes it back. */
  submitting: AbortController | undefined
  begin: (id: string, workflow?: Workflow) => void
}

export type RunStore = StoreApi<RunStoreState>

export function createRunStore(): RunStore {
  return createStore<RunStoreState>()((set) => ({
    run: undefined,
    previous: {},
    previousRuns: {},
    submitting: undefined,
    begin: (id, workflow) =>
      set(({ run, previous, previousRuns }) => ({
        run: newRun(id, workflow),
        previous: { ...previous, ...run?.nodes },
        previousRuns: { ...previousRuns, ...(run && runsOf(run)) },
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

/** The run that made what a node shows, by the node's instance path. */
export function madeIn({ run, previousRuns }: RunStoreState, path: string): RunState | undefined {
  return run?.nodes[path] ? run : previousRuns[path]
}

function runsOf(run: RunState): Record<string, RunState> {
  return Object.fromEntries(Object.keys(run.nodes).map((path) => [path, run]))
}

/** Whether what a node shows is left over from the run before. */
export function isStale(state: RunStoreState, id: string): boolean {
  return state.run !== undefined && state.run.nodes[id] === undefined && state.previous[id] !== undefined
}

export function countRunning({ run }: RunStoreState): number {
  if (!run || isOver(run)) return 0
  return Object.values(run.nodes).reduce((count, node) => count + Number(node.status === 'running'), 0)
}
