import type { RunError } from '@woolgather/workflow'
import { isStalled } from './beat-of.ts'
import { condemn, giveUp } from './give-up.ts'
import { handOver } from './hand-over.ts'
import type { SupervisorLimits } from './limits.ts'
import { after, type Supervised, type SupervisorEvent, type Supervision } from './supervision.ts'

type Heard = Extract<
  SupervisorEvent,
  { type: 'ready' | 'failed' | 'memory' | 'fabric' | 'answered' | 'beat' | 'condemned' }
>

/** What is away may come back without anybody doing something here. */
export function passes({ code }: RunError): boolean {
  return code === 'fabric-unreachable'
}

/** What the process that runs now says, or what is said of it. */
export function hear(state: Supervision, event: Heard, limits: SupervisorLimits): Supervised {
  const { process } = state
  switch (event.type) {
    case 'ready': {
      if (process.is !== 'starting') return [state, []]
      const { id, device, build, code, leftOut } = event
      const ready: Supervision = {
        ...state,
        process: {
          is: 'ready',
          id,
          device,
          build,
          ...(code && { code }),
          ...(leftOut && { leftOut }),
          missed: 0,
        },
        failedStarts: 0,
      }
      return after([{ do: 'status' }], handOver(ready, limits))
    }
    case 'failed':
      // It ends by itself, and has a last word to say.
      if (process.is !== 'starting') return [state, []]
      return [{ ...state, process: condemn(process, event.error, { cannot: !passes(event.error) }) }, []]
    case 'memory':
      if (process.is !== 'ready') return [state, []]
      return [{ ...state, process: { ...process, memory: event.memory } }, [{ do: 'status' }]]
    case 'fabric':
      if (process.is !== 'ready') return [state, []]
      return [{ ...state, process: { ...process, fabric: event.fabric } }, [{ do: 'status' }]]
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
