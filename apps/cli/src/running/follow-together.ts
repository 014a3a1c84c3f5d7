import { setImmediate } from 'node:timers/promises'
import type { RunsNews } from '@woolgather/protocol'
import type { RunEvent } from '@woolgather/workflow'

/** Seconds that one request waits for news; milliseconds before what is to be followed, too, is asked for with the others. */
const patience = 10
const joinAfter = 20

/** @throws where there is no use in asking any more */
type AskForNews = (runs: Asked[], wait: number, signal: AbortSignal) => Promise<RunsNews['runs']>

interface Asked {
  run: string
  after: number
}

interface Followed extends Asked {
  onNews: (events: RunEvent[]) => void
  stop: (why: { isUnknown: true } | { error: unknown } | undefined) => void
}

/** Follows runs to their ends with one request at a time; a batch has no more of them at once than one may ask for. */
export function followTogether(
  ask: AskForNews,
): (run: string, onNews: (events: RunEvent[]) => void) => Promise<'ended' | 'unknown'> {
  const followed = new Map<string, Followed>()
  let isAsking = false
  let asking: AbortController | undefined

  const hear = (news: RunsNews['runs'][number]): void => {
    const one = followed.get(news.run)
    if (one === undefined) return
    if ('unknown' in news) return one.stop({ isUnknown: true })
    const last = news.events.at(-1)
    if (last === undefined) return
    one.after = last.seq
    one.onNews(news.events)
    if (last.type === 'run.finished') one.stop(undefined)
    // It is asked for after the others, all of which may have more than one answer holds.
    else if (followed.delete(news.run)) followed.set(news.run, one)
  }

  const askOnce = async (): Promise<void> => {
    const renewed = new AbortController()
    asking = renewed
    const all = [...followed.values()]
    const runs = all.map(({ run, after }) => ({ run, after }))
    try {
      for (const news of await ask(runs, patience, renewed.signal)) hear(news)
    } catch (error) {
      if (!renewed.signal.aborted) for (const one of all) one.stop({ error })
    }
  }

  const askOn = async (): Promise<void> => {
    if (isAsking) return
    isAsking = true
    // Those that come in the same turn are asked for at once.
    await setImmediate()
    while (followed.size > 0) await askOnce()
    isAsking = false
  }

  /** A request that was made before somebody came waits for others only. */
  const join = (): void => {
    const before = asking
    if (isAsking) setTimeout(() => asking === before && before?.abort(), joinAfter)
    else void askOn()
  }

  return (run, onNews) =>
    new Promise((resolve, reject) => {
      const stop: Followed['stop'] = (why) => {
        followed.delete(run)
        if (why === undefined) resolve('ended')
        else if ('error' in why) reject(why.error as Error)
        else resolve('unknown')
      }
      followed.set(run, { run, after: -1, onNews, stop })
      join()
    })
}
