import type { RunError } from '@woolgather/workflow'
import { beatOf, isStalled } from './beat-of.ts'
import type { SupervisorLimits } from './limits.ts'
import type { Effect, ProcessState, Supervised, Supervision } from './supervision.ts'

export function condemn(
  process: Extract<ProcessState, { is: 'starting' | 'ready' }>,
  error: RunError,
  { cannot = false } = {},
): ProcessState {
  return { is: 'ending', id: process.id, error, wasReady: process.is === 'ready', cannot }
}

export function giveUp(state: Supervision, error: RunError, limits: SupervisorLimits): Supervised {
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

/** Time for a sign of life: asks for one, and counts how often there was none. */
export function beat(state: Supervision, limits: SupervisorLimits): Supervised {
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

export function insist(state: Supervision, id: number, limits: SupervisorLimits): Supervised {
  return [
    state,
    [
      { do: 'signal', id, name: 'SIGKILL' },
      { do: 'wake', timer: { name: 'gone', id }, after: limits.gone },
    ],
  ]
}

function noAnswer({ hang }: SupervisorLimits): RunError {
  return { code: 'worker-lost', message: `The worker process did not answer for ${seconds(hang)}.` }
}

export function lateStart({ start }: SupervisorLimits): RunError {
  return { code: 'worker-lost', message: `The worker process was not ready after ${seconds(start)}.` }
}

export function lateCancel({ cancel: grace }: SupervisorLimits): RunError {
  return { code: 'worker-lost', message: `The worker process did not stop a run within ${seconds(grace)}.` }
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1_000} seconds`
}
