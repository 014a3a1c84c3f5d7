import type { RunService } from '../runs/run-service.ts'
import type { EventPage } from '../runs/run-store.ts'

/** Between two messages of streamed text to one client: at most 30 a second. */
const streamInterval = 1_000 / 30

/** A client that follows more runs than this is not one a person uses. */
const maxSubscriptions = 1_000

/** The part of a socket this needs. `done` is called when the text has left this process. */
export interface EventSink {
  send(text: string, done: () => void): void
  /** The events of a run could not be read: it is not followed any more. */
  fail(run: string, thrown: unknown): void
}

/**
 * Sends one client the events of the runs it follows.
 *
 * Nothing is queued for it: it has a cursor per run, and one message at a time is read from the history and sent,
 * the next when that has left. Streamed text and progress wait for their turn besides, and are then told in one
 * piece. So a slow client costs one message of memory however far it falls behind, and misses nothing.
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
  /** Those that stream faster than they may: back in line when the timer fires. */
  const held = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let sending = false
  let lastStreamed = -Infinity

  const pump = (): void => {
    for (const run of pending) {
      if (sending) return
      pending.delete(run)
      const cursor = cursors.get(run)
      const page = cursor === undefined ? undefined : read(run, cursor)
      if (page !== undefined) serve(run, page)
    }
  }

  const read = (run: string, cursor: number): EventPage | undefined => {
    try {
      return runs.page(run, cursor)
    } catch (thrown) {
      unfollow(run)
      sink.fail(run, thrown)
      return undefined
    }
  }

  const unfollow = (run: string): void => {
    cursors.delete(run)
    pending.delete(run)
    held.delete(run)
  }

  const serve = (run: string, page: EventPage): void => {
    // The end of a cell or run is told at once.
    const wait = page.streams ? lastStreamed + streamInterval - performance.now() : 0
    if (wait > 0) return hold(run, wait)
    if (page.streams) lastStreamed = performance.now()
    cursors.set(run, page.to)
    // Back to the end of the line: there may be more than one page.
    pending.add(run)
    sending = true
    sink.send(frame(run, page), () => {
      sending = false
      pump()
    })
  }

  const hold = (run: string, wait: number): void => {
    held.add(run)
    timer ??= setTimeout(() => {
      timer = undefined
      for (const waiting of held) pending.add(waiting)
      held.clear()
      pump()
    }, wait)
  }

  return {
    follow(run, after) {
      if (!cursors.has(run) && cursors.size >= maxSubscriptions) return false
      cursors.set(run, after)
      pending.add(run)
      pump()
      return true
    },
    unfollow,
    wake(run) {
      if (!cursors.has(run) || held.has(run)) return
      pending.add(run)
      pump()
    },
    close() {
      clearTimeout(timer)
      cursors.clear()
      pending.clear()
      held.clear()
    },
  }
}

/** A `run.events` message; the events are JSON already. */
function frame(run: string, { texts, from, to }: EventPage): string {
  return `{"type":"run.events","run":${JSON.stringify(run)},"from":${from},"to":${to},"events":[${texts.join(',')}]}`
}
