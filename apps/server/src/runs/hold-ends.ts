import type { RunSummary } from '@woolgather/protocol'
import type { RunError, RunEvent } from '@woolgather/workflow'
import { toRunError } from '../errors/to-run-error.ts'
import type { RunStore } from './run-store.ts'

type Finished = Extract<RunEvent, { type: 'run.finished' }>

/** A history that lives through a disk that is full, or damaged. */
export interface LastingStore extends RunStore {
  /** Ends a run, whether or not that can be written: until it can, it is told from memory. */
  end(run: string, end: Omit<Finished, 'run' | 'seq' | 'time'>): void
  /** Does what may as well fail. */
  tryTo(write: () => void): void
  /** What went wrong when something was last read or written; undefined where nothing did. */
  trouble(): RunError | undefined
  /** Tries nothing more. */
  stop(): void
}

/** Milliseconds until it is tried again whether the disk takes something. */
const retryInterval = 2_000

export function holdEnds(store: RunStore): LastingStore {
  const held = new Map<string, Finished>()
  /** Of runs that go on: known also where it cannot be read. */
  const last = new Map<string, number>()
  let trouble: RunError | undefined
  let timer: NodeJS.Timeout | undefined

  const note = (thrown: unknown): void => {
    trouble = toRunError(thrown)
    timer ??= setInterval(retry, retryInterval).unref()
  }

  const noting = <Result>(act: () => Result): Result => {
    try {
      return act()
    } catch (thrown) {
      note(thrown)
      throw thrown
    }
  }

  const tryTo = (write: () => void): void => {
    try {
      write()
    } catch (thrown) {
      note(thrown)
    }
  }

  const retry = (): void => {
    // What is damaged stays so, however much can be written elsewhere.
    const damage = trouble?.code === 'data-damaged' ? trouble : undefined
    trouble = undefined
    tryTo(() => store.touch())
    for (const [run, event] of held) {
      if (trouble !== undefined) break
      tryTo(() => {
        store.append(run, [event])
        held.delete(run)
      })
    }
    trouble ??= damage
    if (trouble !== undefined) return
    clearInterval(timer)
    timer = undefined
  }

  const lastSeq = (run: string): number | undefined =>
    held.get(run)?.seq ?? last.get(run) ?? noting(() => store.lastSeq(run))

  const append = (run: string, events: readonly RunEvent[]): void => {
    noting(() => store.append(run, events))
    const end = events.at(-1)
    if (end === undefined) return
    if (end.type === 'run.finished') last.delete(run)
    else last.set(run, end.seq)
  }

  const withEnd = (summary: RunSummary): RunSummary => {
    const end = held.get(summary.run)
    return end === undefined ? summary : { ...summary, status: end.status, finished: end.time }
  }

  return {
    ...store,
    add(run, first) {
      noting(() => store.add(run, first))
      last.set(run.run, first.seq)
    },
    append,
    end(run, body) {
      let seq = 0
      try {
        seq = (lastSeq(run) ?? -1) + 1
        append(run, [{ ...body, run, seq, time: Date.now() }])
      } catch {
        held.set(run, { ...body, run, seq, time: Date.now() })
        last.delete(run)
      }
    },
    lastSeq,
    page(run, after) {
      const page = noting(() => store.page(run, after))
      const end = held.get(run)
      if (page !== undefined || end === undefined || end.seq <= after) return page
      return { texts: [JSON.stringify(end)], from: end.seq, to: end.seq, streams: false }
    },
    status: (run) => held.get(run)?.status ?? noting(() => store.status(run)),
    find: (run) => noting(() => store.find(run)),
    summary(run) {
      const summary = noting(() => store.summary(run))
      return summary && withEnd(summary)
    },
    list: (query) => noting(() => store.list(query)).map(withEnd),
    history(run) {
      const end = held.get(run)
      const events = noting(() => store.history(run))
      return end === undefined ? events : [...events, end]
    },
    paused: () => noting(() => store.paused()),
    setPaused: (paused) => noting(() => store.setPaused(paused)),
    setRunning: (run) => noting(() => store.setRunning(run)),
    remove: (run) => noting(() => store.remove(run)),
    tryTo,
    trouble() {
      if (trouble !== undefined) retry()
      return trouble
    },
    stop() {
      if (held.size > 0) retry()
      clearInterval(timer)
    },
  }
}
