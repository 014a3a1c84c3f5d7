import { beat, giveUp, insist, lateCancel, lateStart } from './give-up.ts'
import { cancel, follow, handOver, launch, submit } from './hand-over.ts'
import { hear } from './hear.ts'
import { leave, urge } from './leave.ts'
import type { SupervisorLimits } from './limits.ts'
import { outlive } from './outlive.ts'
import type { Supervised, Supervision, SupervisorEvent, Timer } from './supervision.ts'

/**
 * What a supervisor does, as a table without a clock, a process or a socket: `supervise(state, event)` gives the next
 * state and what is to be done. `startWorker` does it.
 *
 *     none ──► starting ──► ready ──► ending ──► waiting ──► starting …        leaving ──► closed
 *               (run asks)   (said)   (given up)  (ended)    (backoff)           (close, from anywhere)
 */
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
