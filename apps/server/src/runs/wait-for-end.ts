import type { ServerResponse } from 'node:http'
import type { RunService } from './run-service.ts'

/** How long somebody waits. */
export interface Patience {
  seconds: number
  /** Whose client may be gone before. */
  response: ServerResponse
}

/** Resolves when a run has ended, is not known, or nobody waits any longer. */
export function waitForEnd(
  runs: Pick<RunService, 'isOver' | 'onNews'>,
  run: string,
  { seconds, response }: Patience,
): Promise<void> {
  if (runs.isOver(run)) return Promise.resolve()
  return new Promise((resolve) => {
    const stop = (): void => {
      clearTimeout(timer)
      stopListening()
      response.off('close', stop)
      resolve()
    }
    const stopListening = runs.onNews((news) => {
      if (news === run && runs.isOver(run)) stop()
    })
    const timer = setTimeout(stop, seconds * 1_000)
    response.once('close', stop)
  })
}
