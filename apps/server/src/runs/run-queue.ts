/** Runs that wait for the worker, in order. `parallel` of them are worked on at once. */
export interface RunQueue {
  add(run: string): void
  /** `removed`: it waited and never began; `stopping`: its signal is aborted. */
  cancel(run: string): 'removed' | 'stopping' | 'unknown'
  /** Begins nothing more; resolves when what runs has ended. */
  close(): Promise<void>
}

export interface RunQueueOptions {
  parallel: number
  /** Resolves when the run has ended, well or not; never rejects. */
  work: (run: string, signal: AbortSignal) => Promise<void>
}

export function createRunQueue({ parallel, work }: RunQueueOptions): RunQueue {
  const waiting: string[] = []
  const running = new Map<string, { cancel: AbortController; done: Promise<void> }>()
  let closed = false

  const begin = (): void => {
    while (!closed && running.size < parallel) {
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
    add(run) {
      waiting.push(run)
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
