import type { RunError } from '@woolgather/workflow'
import type { SupervisorLimits } from './limits.ts'
import {
  nothingYet,
  type Effect,
  type ProcessLost,
  type RunState,
  type Supervised,
  type Supervision,
} from './supervision.ts'

/** Every run the process had is taken up again, unless that has proved to be no use. */
export function outlive(state: Supervision, event: ProcessLost, limits: SupervisorLimits): Supervised {
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
