import { isStalled } from './beat-of.ts'
import { insist } from './give-up.ts'
import type { SupervisorLimits } from './limits.ts'
import { after, type Effect, type ProcessState, type Supervised, type Supervision } from './supervision.ts'

export function leave(
  state: Supervision,
  limits: SupervisorLimits,
  { atOnce }: { atOnce: boolean },
): Supervised {
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

export function urge(
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
