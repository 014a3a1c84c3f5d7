import type { QueueState, RunsQuery, RunSummary } from '@woolgather/protocol'
import { useCallback, useEffect, useState } from 'react'
import { useEditor, useServer } from '../store/editor-context.ts'

/** Milliseconds between looks at the queue while it is shown. */
const pollTime = 1000

const pageSize = 50

export interface Runs {
  /** Undefined until they have come. */
  queue: QueueState | undefined
  /** Newest first. */
  runs: readonly RunSummary[]
  /** Absent: there are no older ones. */
  more?: (() => void) | undefined
  refresh: () => void
}

/** Queue and history as the server has them, as long as somebody looks. */
export function useRuns(filter: Pick<RunsQuery, 'name' | 'status'>): Runs {
  const { client } = useEditor()
  const connected = useServer((state) => state.connection === 'open')
  const [queue, setQueue] = useState<QueueState>()
  const [runs, setRuns] = useState<{ runs: readonly RunSummary[]; next?: number | undefined }>({ runs: [] })
  const [pages, setPages] = useState(1)
  const { name, status } = filter

  const load = useCallback(
    async (signal: { stopped: boolean }): Promise<void> => {
      const query = { limit: Math.min(200, pageSize * pages), name, status }
      const [line, found] = await Promise.all([client.ask('queue'), client.ask('runs', { query })])
      if (signal.stopped) return
      setQueue(line)
      setRuns(found)
    },
    [client, pages, name, status],
  )

  const [asked, ask] = useState(0)
  useEffect(() => {
    if (!connected) return
    const signal = { stopped: false }
    const look = (): void => {
      // What the connection has to say about a failure, it says itself.
      if (!document.hidden) load(signal).catch(() => undefined)
    }
    look()
    const timer = setInterval(look, pollTime)
    return () => {
      signal.stopped = true
      clearInterval(timer)
    }
  }, [connected, load, asked])

  const more = runs.next !== undefined && pages < 4 ? () => setPages(pages + 1) : undefined
  return { queue, runs: runs.runs, more, refresh: () => ask(asked + 1) }
}
