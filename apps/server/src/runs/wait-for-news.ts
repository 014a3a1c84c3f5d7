import type { RunService } from './run-service.ts'
import type { Patience } from './wait-for-end.ts'

/** Milliseconds in which more news comes that is told together with the first. */
const gatherFor = 20

/** Resolves when one of these runs has an event after the number, or is not known, or nobody waits any longer. */
export function waitForNews(
  runs: Pick<RunService, 'lastSeq' | 'onNews'>,
  asked: readonly { run: string; after: number }[],
  { seconds, response }: Patience,
): Promise<void> {
  const hasNews = ({ run, after }: { run: string; after: number }): boolean =>
    (runs.lastSeq(run) ?? Infinity) > after
  if (seconds === 0 || asked.some(hasNews)) return Promise.resolve()
  const waitedFor = new Set(asked.map(({ run }) => run))
  return new Promise((resolve) => {
    const stop = (): void => {
      clearTimeout(timer)
      stopListening()
      response.off('close', stop)
      resolve()
    }
    const stopListening = runs.onNews((run) => {
      if (!waitedFor.has(run)) return
      stopListening()
      clearTimeout(timer)
      timer = setTimeout(stop, gatherFor)
    })
    let timer = setTimeout(stop, seconds * 1_000)
    response.once('close', stop)
  })
}
