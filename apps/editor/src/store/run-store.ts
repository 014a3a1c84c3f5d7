import type { RunChoices } from '@woolgather/protocol'
import type { Workflow } from '@woolgather/workflow'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { isOver, newRun, type NodeRun, type RunState } from '../run/run-state.ts'

export interface RunStoreState {
  run: RunState | undefined
  /** What the run before showed: kept on screen, dimmed, until its node begins again. */
  previous: RunState['nodes']
  /** The runs that those are of, by the same instance paths. */
  previousRuns: Readonly<Record<string, RunState>>
  /** Runs that were sent after it, in their order: each is shown when the one before it is over. */
  waiting: readonly SentRun[]
  /** Asked for, and not sent yet. */
  unsent: readonly { workflow: Workflow; choices: RunChoices }[]
  /** Being sent; aborting it takes back whatever was not accepted yet. */
  submitting: AbortController | undefined
  /** Whether it runs after each change, and what of the document did so last. */
  onChange: boolean
  ran: string | undefined
  /** The seeds that count on, as they were sent last. */
  sentSeeds: ReadonlyMap<string, number>
  begin: (id: string, of?: Omit<SentRun, 'id'>) => void
}

/** A run that the server has; what it is of may be found out later. */
export interface SentRun {
  id: string
  workflow?: Workflow | undefined
  targets?: readonly string[] | undefined
}

export type RunStore = StoreApi<RunStoreState>

export function createRunStore(): RunStore {
  return createStore<RunStoreState>()((set) => ({
    run: undefined,
    previous: {},
    previousRuns: {},
    waiting: [],
    unsent: [],
    submitting: undefined,
    onChange: false,
    ran: undefined,
    sentSeeds: new Map(),
    begin: (id, of) =>
      set(({ run, previous, previousRuns }) => ({
        run: { ...newRun(id), ...of },
        previous: { ...previous, ...run?.nodes },
        previousRuns: { ...previousRuns, ...(run && runsOf(run)) },
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

/** Whether what a node shows is left over from the run before; where some nodes were asked for, the others are as they were. */
export function isStale({ run, previous }: RunStoreState, id: string): boolean {
  return run !== undefined && !run.targets && run.nodes[id] === undefined && previous[id] !== undefined
}

export function countRunning({ run }: RunStoreState): number {
  if (!run || isOver(run)) return 0
  return Object.values(run.nodes).reduce((count, node) => count + Number(node.status === 'running'), 0)
}
