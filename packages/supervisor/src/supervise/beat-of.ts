import type { SupervisorLimits } from './limits.ts'
import type { Supervision } from './supervision.ts'

/** Milliseconds between two questions. They are counted, not timed: a machine that slept has missed none. */
export function beatOf({ hang }: SupervisorLimits): number {
  return Math.min(longestBeat, hang / fewestBeats)
}

const longestBeat = 2_000
const fewestBeats = 4

/** Whether the main thread has not answered for so long that people should know. */
export function isStalled({ process }: Supervision, limits: SupervisorLimits): boolean {
  return process.is === 'ready' && process.missed > limits.notice / beatOf(limits)
}
