import type { QueueChange } from '@woolgather/protocol'
import type { RunError } from '@woolgather/workflow'
import type { RunService } from './run-service.ts'

/** Does to the queue what is asked; why not, where a run to be moved does not wait. */
export function changeQueue(
  runs: Pick<RunService, 'pause' | 'move' | 'clear'>,
  { paused, move, clear }: QueueChange,
): RunError | undefined {
  if (paused !== undefined) runs.pause(paused)
  if (clear) runs.clear()
  if (move === undefined || runs.move(move.run, move.place)) return undefined
  return { code: 'run-not-found', message: `No run “${move.run.slice(0, 100)}” waits.` }
}
