/** Runs that wait for the worker, in order. `parallel` of them are worked on at once. */
export interface RunQueue {
  /** At a place in line, 0 the next one; default: behind all. */
  add(run: string, place?: number): void
  /** Runs being worked on, and those that wait in the order in which they will be. */
  list(): { running: string[]; waiting: string[] }
  /** Puts a waiting run at a place in line, 0 the next one; false where it does not wait. */
  move(run: string, place: number): boolean
  /** While it is paused nothing more is begun; what runs goes on. */
  pause(paused: boolean): void
  /** `removed`: it waited and never began; `stopping`: its signal is aborted. */
  cancel(run: string): 'removed' | 'stopping' | 'unknown'
  /** Begins nothing more; resolves when what runs has ended. */
  close(): Promise<void>
}

export interface RunQueueOptions {
  parallel: number
  startPaused?: boolean | undefined
  /** Resolves when the run has ended, well or not; never rejects. */
  work: (run: string, signal: AbortSignal) => Promise<void>
}

export function createRunQueue({ parallel, startPaused = false, work }: RunQueueOptions): RunQueue {
  const waiting: string[] = []
  const running = new Map<string, { cancel: AbortController; done: Promise<void> }>()
  let closed = false
  let paused = startPaused

  const begin = (): void => {
    while (!closed && !paused && running.size < parallel) {
      const run = waiting.shift()
      if (run === undefined) return
      const cancel = new AbortController()
      const done = work(run, cancel.signal).finally(() => {
        running.delete(run)
        begin()
      })
      running.set(run, { cancel, done })
    }
  }

  return {
    add(run, place = waiting.length) {
      waiting.splice(place, 0, run)
      begin()
    },
    list: () => ({ running: [...running.keys()], waiting: [...waiting] }),
    move(run, place) {
      const from = waiting.indexOf(run)
      if (from === -1) return false
      waiting.splice(from, 1)
      waiting.splice(place, 0, run)
      return true
    },
    pause(now) {
      paused = now
      begin()
    },
    cancel(run) {
      const place = waiting.indexOf(run)
      if (place !== -1) {
        waiting.splice(place, 1)
        return 'removed'
      }
      const entry = running.get(run)
      entry?.cancel.abort()
      return entry ? 'stopping' : 'unknown'
    },
    async close() {
      closed = true
      await Promise.all([...running.values()].map(({ done }) => done))
    },
  }
}
