import type { WorkerMemory, WorkerMessage } from '@woolgather/protocol'
import type { RunError, RunStatus } from '@woolgather/workflow'
import type { SupervisorLimits } from './limits.ts'

/**
 * What a supervisor does, as a table without a clock, a process or a socket: `supervise(state, event)` gives the next
 * state and what is to be done. `startWorker` does it.
 *
 *     none ──► starting ──► ready ──► ending ──► waiting ──► starting …        leaving ──► closed
 *               (run asks)   (said)   (given up)  (ended)    (backoff)           (close, from anywhere)
 *
 * Every fact stands once: which runs a process has is the number of that process on the run, so none outlives it.
 */
export interface Supervision {
  readonly process: ProcessState
  /** Runs that have not ended, in the order in which they came. */
  readonly runs: ReadonlyMap<string, RunState>
  /** Processes started so far; the last one's number. */
  readonly launched: number
  /** Processes that ended in a row without having got anywhere. */
  readonly crashes: number
  /** Of these, those that never were ready. */
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
  | ({ is: 'ready'; id: number; missed: number; memory?: WorkerMemory } & WorkerFacts)
  /** Given up for a reason; its end is awaited. `cannot`: trying again is no use. */
  | { is: 'ending'; id: number; error: RunError; wasReady: boolean; cannot: boolean }
  /** To be no more, and nothing after it. */
  | { is: 'leaving'; id: number; last: 'asked' | 'SIGTERM' | 'SIGKILL' }
  | { is: 'closed' }

/** What a worker says of itself when it is ready. */
export type WorkerFacts = Pick<Extract<WorkerMessage, { type: 'ready' }>, 'device' | 'build' | 'leftOut'>

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

/** Pure: the state after an event, and what is to be done in that order. */
export function supervise(state: Supervision, event: SupervisorEvent, limits: SupervisorLimits): Supervised {
  switch (event.type) {
    case 'wanted':
      return state.process.is === 'none' ? launch(state, limits) : [state, []]
    case 'submitted':
      return submit(state, event.run, limits)
    case 'cancelled':
      return cancel(state, event.run, limits)
    case 'told':
      return handOver(follow(state, event), limits)
    case 'close':
      return leave(state, limits, { atOnce: false })
    case 'kill':
      return leave(state, limits, { atOnce: true })
    case 'woke':
      return wake(state, event.timer, limits)
    case 'ended':
      return outlive(state, event, limits)
    default:
      return 'id' in state.process && state.process.id === event.id ? hear(state, event, limits) : [state, []]
  }
}

/** Whether the main thread has not answered for so long that people should know. */
export function isStalled({ process }: Supervision, limits: SupervisorLimits): boolean {
  return process.is === 'ready' && process.missed > limits.notice / beatOf(limits)
}

/** Runs that would end with this process. */
export function runsIn({ runs }: Supervision, id: number): string[] {
  return [...runs].filter(([, { process }]) => process === id).map(([run]) => run)
}

/** Milliseconds between two questions. They are counted, not timed: a machine that slept has missed none. */
function beatOf({ hang }: SupervisorLimits): number {
  return Math.min(longestBeat, hang / fewestBeats)
}

const longestBeat = 2_000
const fewestBeats = 4

function submit(state: Supervision, run: string, limits: SupervisorLimits): Supervised {
  const { process } = state
  if (process.is === 'leaving' || process.is === 'closed')
    return [state, [{ do: 'finish', run, status: 'interrupted' }]]
  const added = withRun(state, run, { process: undefined, cancelled: false, suspects: 0 })
  return process.is === 'none' ? launch(added, limits) : handOver(added, limits)
}

function launch(state: Supervision, limits: SupervisorLimits): Supervised {
  const id = state.launched + 1
  const error = 'error' in state.process ? state.process.error : undefined
  const process: ProcessState = { is: 'starting', id, ...(state.process.is === 'waiting' && { error }) }
  return [
    { ...state, process, launched: id },
    [
      { do: 'launch', id },
      { do: 'wake', timer: { name: 'start', id }, after: limits.start },
      { do: 'wake', timer: { name: 'beat', id }, after: beatOf(limits) },
      { do: 'status' },
    ],
  ]
}

/** Hands runs to a process that answers. One that may have ended the last goes alone until it is known which cell did. */
function handOver(state: Supervision, limits: SupervisorLimits): Supervised {
  const { process } = state
  if (process.is !== 'ready' || isStalled(state, limits)) return [state, []]
  const suspicious = [...state.runs].find(([, { suspects }]) => suspects > 0)
  const chosen = suspicious === undefined ? [...state.runs] : [suspicious]
  const waiting = chosen.filter(([, run]) => run.process !== process.id)
  const runs = new Map(state.runs)
  for (const [name, run] of waiting) runs.set(name, { ...run, process: process.id })
  return [{ ...state, runs }, waiting.map(([run]) => ({ do: 'hand', id: process.id, run }))]
}

function cancel(state: Supervision, name: string, limits: SupervisorLimits): Supervised {
  const run = state.runs.get(name)
  if (run === undefined || run.cancelled) return [state, []]
  if (run.process === undefined)
    return [withoutRun(state, name), [{ do: 'finish', run: name, status: 'cancelled' }]]
  const id = run.process
  return [
    withRun(state, name, { ...run, cancelled: true }),
    [
      { do: 'cancel', id, run: name },
      { do: 'wake', timer: { name: 'cancel', id, run: name }, after: limits.cancel },
    ],
  ]
}

function follow(
  state: Supervision,
  { run: name, ended, suspects }: { run: string; ended: boolean; suspects: number },
): Supervision {
  const run = state.runs.get(name)
  if (run === undefined) return state
  return ended ? withoutRun(state, name) : withRun(state, name, { ...run, suspects })
}

type Heard = Extract<
  SupervisorEvent,
  { type: 'ready' | 'failed' | 'memory' | 'answered' | 'beat' | 'condemned' }
>

/** What the process that runs now says, or what is said of it. */
function hear(state: Supervision, event: Heard, limits: SupervisorLimits): Supervised {
  const { process } = state
  switch (event.type) {
    case 'ready': {
      if (process.is !== 'starting') return [state, []]
      const { id, device, build, leftOut } = event
      const ready: Supervision = {
        ...state,
        process: { is: 'ready', id, device, build, ...(leftOut && { leftOut }), missed: 0 },
        failedStarts: 0,
      }
      return after([{ do: 'status' }], handOver(ready, limits))
    }
    case 'failed':
      // It ends by itself, and has a last word to say.
      if (process.is !== 'starting') return [state, []]
      return [{ ...state, process: condemn(process, event.error, { cannot: true }) }, []]
    case 'memory':
      if (process.is !== 'ready') return [state, []]
      return [{ ...state, process: { ...process, memory: event.memory } }, [{ do: 'status' }]]
    case 'answered': {
      if (process.is !== 'ready' || process.missed === 0) return [state, []]
      const answering: Supervision = { ...state, process: { ...process, missed: 0 } }
      if (!isStalled(state, limits)) return [answering, []]
      return after([{ do: 'status' }], handOver(answering, limits))
    }
    case 'beat':
      if (process.is !== 'starting') return [state, []]
      return [{ ...state, process: { ...process, missed: 0 } }, []]
    case 'condemned':
      return giveUp(state, event.error, limits)
  }
}

function condemn(
  process: Extract<ProcessState, { is: 'starting' | 'ready' }>,
  error: RunError,
  { cannot = false } = {},
): ProcessState {
  return { is: 'ending', id: process.id, error, wasReady: process.is === 'ready', cannot }
}

function giveUp(state: Supervision, error: RunError, limits: SupervisorLimits): Supervised {
  const { process } = state
  if (process.is !== 'starting' && process.is !== 'ready') return [state, []]
  return [
    { ...state, process: condemn(process, error) },
    [
      { do: 'signal', id: process.id, name: 'SIGKILL' },
      { do: 'wake', timer: { name: 'gone', id: process.id }, after: limits.gone },
    ],
  ]
}

/** Every run the process had is taken up again, unless that has proved to be no use. */
function outlive(state: Supervision, event: ProcessLost, limits: SupervisorLimits): Supervised {
  const { process } = state
  if (!('id' in process) || process.id !== event.id) return [state, []]
  if (process.is === 'leaving') return [{ ...state, process: { is: 'closed' } }, [{ do: 'status' }]]
  const { error } = event
  const ended: Effect[] = []
  const runs = new Map<string, RunState>()
  for (const [name, run] of state.runs) {
    const lost = event.runs.get(name)
    if (run.process !== event.id) runs.set(name, run)
    else if (run.cancelled || lost?.again === false) ended.push(endOf(name, run, error))
    // One that came while the end was being told was handed to nobody.
    else runs.set(name, { process: undefined, cancelled: false, suspects: lost?.suspects ?? run.suspects })
  }
  const wasReady = process.is === 'ready' || (process.is === 'ending' && process.wasReady)
  const progressed = [...event.runs.values()].some((run) => run.progressed)
  const crashes = progressed || event.lived >= limits.stable ? 1 : state.crashes + 1
  const failedStarts = wasReady ? 0 : state.failedStarts + 1
  const attempts = event.byChance ? limits.chanceStartAttempts : limits.startAttempts
  if ((process.is === 'ending' && process.cannot) || failedStarts >= attempts) {
    const all = [...runs].map(([name, run]) => endOf(name, run, error))
    const stopped = { ...nothingYet, launched: state.launched, process: { is: 'none', error } as const }
    return [stopped, [{ do: 'status' }, ...ended, ...all]]
  }
  return [
    { ...state, runs, crashes, failedStarts, process: { is: 'waiting', error } },
    [
      { do: 'status' },
      { do: 'wake', timer: { name: 'retry' }, after: backoff(limits, crashes, failedStarts) },
      ...ended,
    ],
  ]
}

function endOf(run: string, { cancelled }: RunState, error: RunError): Effect {
  return cancelled
    ? { do: 'finish', run, status: 'cancelled' }
    : { do: 'finish', run, status: 'failed', error }
}

/** Doubles with each crash; a worker that does not even start is left alone for longer. */
function backoff(limits: SupervisorLimits, crashes: number, failedStarts: number): number {
  const { firstBackoff, longestBackoff, longestStartBackoff } = limits
  const longest = failedStarts > 0 ? longestStartBackoff : longestBackoff
  return Math.min(firstBackoff * 2 ** Math.min(crashes - 1, 30), longest)
}

function wake(state: Supervision, timer: Timer, limits: SupervisorLimits): Supervised {
  const { process } = state
  if (timer.name === 'retry') return process.is === 'waiting' ? launch(state, limits) : [state, []]
  if (!('id' in process) || process.id !== timer.id) return [state, []]
  switch (timer.name) {
    case 'start':
      if (process.is === 'starting') return giveUp(state, lateStart(limits), limits)
      // It said that it cannot start, and stayed.
      return process.is === 'ending' ? insist(state, process.id, limits) : [state, []]
    case 'beat':
      return beat(state, limits)
    case 'cancel':
      if (state.runs.get(timer.run)?.process !== process.id) return [state, []]
      return giveUp(state, lateCancel(limits), limits)
    case 'leave':
      return process.is === 'leaving' ? urge(state, process, limits) : [state, []]
    case 'gone':
      return [state, [{ do: 'abandon', id: process.id }]]
  }
}

function insist(state: Supervision, id: number, limits: SupervisorLimits): Supervised {
  return [
    state,
    [
      { do: 'signal', id, name: 'SIGKILL' },
      { do: 'wake', timer: { name: 'gone', id }, after: limits.gone },
    ],
  ]
}

/** Time for a sign of life: asks for one, and counts how often there was none. */
function beat(state: Supervision, limits: SupervisorLimits): Supervised {
  const { process } = state
  if (process.is !== 'ready' && process.is !== 'starting') return [state, []]
  const { id } = process
  const again: Effect = { do: 'wake', timer: { name: 'beat', id }, after: beatOf(limits) }
  // One that starts cannot answer yet; its first sign of life says that there will be more.
  if (process.is === 'starting' && process.missed === undefined) return [state, [again]]
  const missed = (process.missed ?? 0) + 1
  if (missed >= Math.ceil(limits.hang / beatOf(limits))) return giveUp(state, noAnswer(limits), limits)
  const later: Supervision = { ...state, process: { ...process, missed } }
  const noticed = isStalled(later, limits) && !isStalled(state, limits)
  return [
    later,
    [
      ...(process.is === 'ready' ? [{ do: 'ask', id } as const] : []),
      again,
      ...(noticed ? [{ do: 'status' } as const] : []),
    ],
  ]
}

function leave(state: Supervision, limits: SupervisorLimits, { atOnce }: { atOnce: boolean }): Supervised {
  const { process } = state
  if (process.is === 'closed') return [state, []]
  if (process.is === 'leaving') return atOnce ? end(state, process.id, limits) : [state, []]
  const ended = [...state.runs.keys()].map((run): Effect => ({ do: 'finish', run, status: 'interrupted' }))
  const emptied: Supervision = { ...state, runs: new Map() }
  if (!('id' in process)) return [{ ...emptied, process: { is: 'closed' } }, [...ended, { do: 'status' }]]
  // Who does not answer does not hear either, and one that starts has nothing to lose.
  const asks = !atOnce && process.is === 'ready' && !isStalled(state, limits)
  if (!asks) return after(ended, end(emptied, process.id, limits))
  const { id } = process
  return [
    { ...emptied, process: { is: 'leaving', id, last: 'asked' } },
    [{ do: 'shutdown', id }, { do: 'wake', timer: { name: 'leave', id }, after: limits.shutdown }, ...ended],
  ]
}

function urge(
  state: Supervision,
  { id, last }: Extract<ProcessState, { is: 'leaving' }>,
  limits: SupervisorLimits,
): Supervised {
  if (last !== 'asked') return end(state, id, limits)
  return [
    { ...state, process: { is: 'leaving', id, last: 'SIGTERM' } },
    [
      { do: 'signal', id, name: 'SIGTERM' },
      { do: 'wake', timer: { name: 'leave', id }, after: limits.shutdown },
    ],
  ]
}

function end(state: Supervision, id: number, limits: SupervisorLimits): Supervised {
  const [, effects] = insist(state, id, limits)
  return [{ ...state, process: { is: 'leaving', id, last: 'SIGKILL' } }, effects]
}

function after(before: readonly Effect[], [state, effects]: Supervised): Supervised {
  return [state, [...before, ...effects]]
}

function withRun(state: Supervision, name: string, run: RunState): Supervision {
  return { ...state, runs: new Map(state.runs).set(name, run) }
}

function withoutRun(state: Supervision, name: string): Supervision {
  const runs = new Map(state.runs)
  runs.delete(name)
  return { ...state, runs }
}

function noAnswer({ hang }: SupervisorLimits): RunError {
  return { code: 'worker-lost', message: `The worker process did not answer for ${seconds(hang)}.` }
}

function lateStart({ start }: SupervisorLimits): RunError {
  return { code: 'worker-lost', message: `The worker process was not ready after ${seconds(start)}.` }
}

function lateCancel({ cancel: grace }: SupervisorLimits): RunError {
  return { code: 'worker-lost', message: `The worker process did not stop a run within ${seconds(grace)}.` }
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1_000} seconds`
}
