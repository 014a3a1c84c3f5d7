import type { RunService } from '../runs/run-service.ts'

/** Between two event messages to one client: at most 30 a second. */
const minInterval = 1_000 / 30

/** A client that follows more runs than this is not one a person uses. */
const maxSubscriptions = 1_000

/** The part of a socket this needs. `done` is called when the text has left this process. */
export interface EventSink {
  send(text: string, done: () => void): void
}

/**
 * Sends one client the events of the runs it follows.
 *
 * Nothing is queued for it: it has a cursor per run, and one message at a time is read from the history and sent,
 * the next when that has left and its time has come. So a slow client costs one message of memory however far it
 * falls behind, misses nothing, and a fast one gets what came in between in one piece.
 */
export interface EventSender {
  /** Sends every event numbered above `after`, then new ones. False where too many runs are followed. */
  follow(run: string, after: number): boolean
  unfollow(run: string): void
  /** There may be new events of this run. */
  wake(run: string): void
  close(): void
}

export function createEventSender(runs: Pick<RunService, 'page'>, sink: EventSink): EventSender {
  const cursors = new Map<string, number>()
  /** Followed runs with something to read, served in turn. */
  const pending = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let sending = false
  let lastSent = -Infinity

  const pump = (): void => {
    if (sending || timer || pending.size === 0) return
    const wait = lastSent + minInterval - performance.now()
    if (wait <= 0) return sendNext()
    timer = setTimeout(() => {
      timer = undefined
      pump()
    }, wait)
  }

  const sendNext = (): void => {
    for (const run of pending) {
      pending.delete(run)
      const cursor = cursors.get(run)
      const page = cursor === undefined ? undefined : runs.page(run, cursor)
      if (page === undefined) continue
      cursors.set(run, page.to)
      // Back to the end of the line: there may be more than one page.
      pending.add(run)
      sending = true
      lastSent = performance.now()
      sink.send(frame(run, page), () => {
        sending = false
        pump()
      })
      return
    }
  }

  return {
    follow(run, after) {
      if (!cursors.has(run) && cursors.size >= maxSubscriptions) return false
      cursors.set(run, after)
      pending.add(run)
      pump()
      return true
    },
    unfollow(run) {
      cursors.delete(run)
      pending.delete(run)
    },
    wake(run) {
      if (!cursors.has(run)) return
      pending.add(run)
      pump()
    },
    close() {
      clearTimeout(timer)
      cursors.clear()
      pending.clear()
    },
  }
}

/** A `run.events` message; the events are JSON already. */
function frame(run: string, { texts, from, to }: { texts: string[]; from: number; to: number }): string {
  return `{"type":"run.events","run":${JSON.stringify(run)},"from":${from},"to":${to},"events":[${texts.join(',')}]}`
}
