import type { FabricStatus, WorkerMemory, WorkerMessage } from '@woolgather/protocol'
import type { RunError, RunStatus } from '@woolgather/workflow'

/** Every fact stands once: which runs a process has is the number of that process on the run, so none outlives it. */
export interface Supervision {
  readonly process: ProcessState
  /** Runs that have not ended, in the order in which they came. */
  readonly runs: ReadonlyMap<string, RunState>
  /** Processes started so far; the last one's number. */
  readonly launched: number
  /** Processes that ended in a row without having got anywhere. */
  readonly crashes: number
  /** How many of these never were ready. */
  readonly failedStarts: number
}

export type ProcessState =
  /** Nothing runs, and nothing will before a run asks for it. `error` says why the last one is no more. */
  | { is: 'none'; error?: RunError | undefined }
  /** The last one ended; another starts when the time is over. */
  | { is: 'waiting'; error: RunError }
  /** `missed`: beats since the last sign of life; absent before the first. */
  | { is: 'starting'; id: number; missed?: number | undefined; error?: RunError | undefined }
  /** `missed`: beats since it last answered. */
  | ({ is: 'ready'; id: number; missed: number; memory?: WorkerMemory; fabric?: FabricStatus } & WorkerFacts)
  /** Given up for a reason; its end is awaited. `cannot`: trying again is no use. */
  | { is: 'ending'; id: number; error: RunError; wasReady: boolean; cannot: boolean }
  /** To be no more, and nothing after it. */
  | { is: 'leaving'; id: number; last: 'asked' | 'SIGTERM' | 'SIGKILL' }
  | { is: 'closed' }

/** What a worker says of itself when it is ready. */
export type WorkerFacts = Pick<
  Extract<WorkerMessage, { type: 'ready' }>,
  'device' | 'build' | 'code' | 'leftOut'
>

export interface RunState {
  /** Number of the process that was handed the run and would take it along. */
  readonly process: number | undefined
  readonly cancelled: boolean
  /** Its cells that may have ended a process: while there are any, the run goes alone. */
  readonly suspects: number
}

export type SupervisorEvent =
  /** A process is to be there, whether there are runs or not. */
  | { type: 'wanted' }
  | { type: 'submitted'; run: string }
  | { type: 'cancelled'; run: string }
  /** What was told of a run so far: whether it has ended, and how many of its cells are suspects. */
  | { type: 'told'; run: string; ended: boolean; suspects: number }
  | ({ type: 'ready'; id: number } & WorkerFacts)
  /** It cannot start, and says why. */
  | { type: 'failed'; id: number; error: RunError }
  | { type: 'memory'; id: number; memory: WorkerMemory }
  | { type: 'fabric'; id: number; fabric: FabricStatus }
  /** Its main thread said something. */
  | { type: 'answered'; id: number }
  /** It is alive, whatever its main thread does. */
  | { type: 'beat'; id: number }
  /** It must not go on. */
  | { type: 'condemned'; id: number; error: RunError }
  | ProcessLost
  | { type: 'woke'; timer: Timer }
  | { type: 'close' }
  | { type: 'kill' }

/** A process ended. */
export interface ProcessLost {
  type: 'ended'
  id: number
  error: RunError
  /** Milliseconds from its start. */
  lived: number
  /** From outside or for want of memory: another may fare better. */
  byChance: boolean
  /** Of the runs it had: whether another attempt is worth making, cells that are suspects now, whether it got on. */
  runs: ReadonlyMap<string, { again: boolean; suspects: number; progressed: boolean }>
}

/** A time that was asked for. Those of a process that is no more mean nothing. */
export type Timer =
  | { name: 'start' | 'beat' | 'leave' | 'gone'; id: number }
  | { name: 'retry' }
  | { name: 'cancel'; id: number; run: string }

export type Effect =
  | { do: 'launch'; id: number }
  | { do: 'hand'; id: number; run: string }
  | { do: 'cancel'; id: number; run: string }
  | { do: 'ask'; id: number }
  | { do: 'shutdown'; id: number }
  | { do: 'signal'; id: number; name: 'SIGTERM' | 'SIGKILL' }
  /** No sign of its end, and no more waiting for one. */
  | { do: 'abandon'; id: number }
  | { do: 'wake'; timer: Timer; after: number }
  | { do: 'finish'; run: string; status: RunStatus; error?: RunError | undefined }
  | { do: 'status' }

export type Supervised = readonly [state: Supervision, effects: readonly Effect[]]

export const nothingYet: Supervision = {
  process: { is: 'none' },
  runs: new Map(),
  launched: 0,
  crashes: 0,
  failedStarts: 0,
}

/** Runs that would end with this process. */
export function runsIn({ runs }: Supervision, id: number): string[] {
  return [...runs].filter(([, { process }]) => process === id).map(([run]) => run)
}

export function withRun(state: Supervision, name: string, run: RunState): Supervision {
  return { ...state, runs: new Map(state.runs).set(name, run) }
}

export function withoutRun(state: Supervision, name: string): Supervision {
  const runs = new Map(state.runs)
  runs.delete(name)
  return { ...state, runs }
}

export function after(before: readonly Effect[], [state, effects]: Supervised): Supervised {
  return [state, [...before, ...effects]]
}
