import { beatOf, isStalled } from './beat-of.ts'
import type { SupervisorLimits } from './limits.ts'
import { withoutRun, withRun, type ProcessState, type Supervised, type Supervision } from './supervision.ts'

export function submit(state: Supervision, run: string, limits: SupervisorLimits): Supervised {
  const { process } = state
  if (process.is === 'leaving' || process.is === 'closed')
    return [state, [{ do: 'finish', run, status: 'interrupted' }]]
  const added = withRun(state, run, { process: undefined, cancelled: false, suspects: 0 })
  return process.is === 'none' ? launch(added, limits) : handOver(added, limits)
}

export function launch(state: Supervision, limits: SupervisorLimits): Supervised {
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
export function handOver(state: Supervision, limits: SupervisorLimits): Supervised {
  const { process } = state
  if (process.is !== 'ready' || isStalled(state, limits)) return [state, []]
  const suspicious = [...state.runs].find(([, { suspects }]) => suspects > 0)
  const chosen = suspicious === undefined ? [...state.runs] : [suspicious]
  const waiting = chosen.filter(([, run]) => run.process !== process.id)
  const runs = new Map(state.runs)
  for (const [name, run] of waiting) runs.set(name, { ...run, process: process.id })
  return [{ ...state, runs }, waiting.map(([run]) => ({ do: 'hand', id: process.id, run }))]
}

export function cancel(state: Supervision, name: string, limits: SupervisorLimits): Supervised {
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

export function follow(
  state: Supervision,
  { run: name, ended, suspects }: { run: string; ended: boolean; suspects: number },
): Supervision {
  const run = state.runs.get(name)
  if (run === undefined) return state
  return ended ? withoutRun(state, name) : withRun(state, name, { ...run, suspects })
}
