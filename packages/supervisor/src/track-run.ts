import type { LeftOver } from '@woolgather/protocol'
import type { Coordinate, RanCell, RunError, RunEvent, RunEventBody, RunStatus } from '@woolgather/workflow'

export interface OpenCell {
  node: string
  at: Coordinate
}

/**
 * What has been told of one run, so that whoever notices that its worker is gone can have another take it up, or end
 * it properly. Numbers the events: they count on from `firstSeq` whatever number a worker gave them, so a run that
 * waited in a queue, or goes on in another process, stays one sequence in which each cell ends once.
 */
export interface TrackedRun {
  readonly finished: boolean
  /** Cells begun and not ended, in the order they began. */
  readonly open: readonly OpenCell[]
  /** Seeds the run has drawn. */
  readonly seeds: Record<string, number> | undefined
  /** Cells to be tried one at a time, because a process ended while they ran. */
  readonly suspects: number
  /** Passes on what the worker said, up to and including the end of the run. */
  accept(events: readonly RunEvent[]): void
  /**
   * The process ended while this run was in it. Where it had begun and goes on, that is told as `run.restarted`.
   * @param chances how often a cell may be running alone, or among others, when its process ends
   * @returns whether another attempt is worth making
   */
  lost(error: RunError, options: { chances: number; alone: boolean }): boolean
  /** A cell is known to run, though its process had no time to say so. */
  begin(cell: OpenCell): void
  /** What another worker needs to go on; undefined where it is the first. */
  leftOver(): LeftOver | undefined
  /** Ends cells that are still open, then the run. Does nothing on a finished run. */
  finish(status: RunStatus, error?: RunError): void
}

export interface TrackRunOptions {
  run: string
  firstSeq: number
  /** Events of an interrupted run that is taken up again, from its first. */
  history?: readonly RunEvent[] | undefined
  onEvents: (events: RunEvent[]) => void
  onFinished: (status: RunStatus) => void
}

/** Processes that may end one after another while cells run but none settles. */
const fruitlessAttempts = 10

export function trackRun({ run, firstSeq, history = [], onEvents, onFinished }: TrackRunOptions): TrackedRun {
  const open = new Map<string, OpenCell>()
  /** As later attempts at the run must leave them. */
  const settled = new Map<string, RanCell>()
  const skipped = new Set<string>()
  const deaths = new Map<string, number>()
  const suspects = new Set<string>()
  let seeds: Record<string, number> | undefined
  let begun = false
  let next = firstSeq
  let finished = false
  let attempts = 0
  let fruitless = 0

  /** Takes note of an event; false where it was told before. */
  const follow = (event: RunEvent): boolean => {
    switch (event.type) {
      case 'run.started': {
        const first = !begun
        begun = true
        seeds ??= event.seeds
        return first
      }
      case 'cell.started':
      case 'cell.taken':
      case 'cell.progress':
      case 'cell.token':
      case 'cell.canvas':
      case 'cell.chart': {
        const key = cellKey(event)
        if (settled.has(key)) return false
        if (event.type !== 'cell.started') return true
        open.delete(key)
        open.set(key, { node: event.node, at: event.at })
        return true
      }
      case 'cell.finished':
      case 'cell.cached':
        return settle({ node: event.node, at: event.at, outputs: event.outputs })
      case 'cell.failed':
        return settle({ node: event.node, at: event.at, error: event.error })
      case 'cell.skipped': {
        const key = cellKey(event)
        open.delete(key)
        suspects.delete(key)
        if (settled.has(key) || skipped.has(key)) return false
        skipped.add(key)
        return true
      }
      case 'run.queued':
      case 'run.restarted':
      case 'run.progress':
      case 'run.finished':
        return true
    }
  }

  const settle = (cell: RanCell): boolean => {
    const key = cellKey(cell)
    open.delete(key)
    suspects.delete(key)
    if (settled.has(key)) return false
    settled.set(key, cell)
    fruitless = 0
    return true
  }

  for (const event of history) follow(event)
  const resumed = seeds !== undefined
  // What a stopped server or worker left undone is to be done now.
  begun = false
  open.clear()
  skipped.clear()

  const pass = (events: RunEvent[]): void => {
    const last = events.at(-1)
    const ends = last?.type === 'run.finished'
    if (ends) finished = true
    try {
      if (events.length > 0) onEvents(events)
    } finally {
      // The run is over, whatever became of telling it.
      if (ends) onFinished(last.status)
    }
  }

  const create = (body: RunEventBody): RunEvent => ({ ...body, run, seq: next++, time: Date.now() })

  const tell = (body: RunEventBody): RunEvent[] => {
    const event = create(body)
    if (follow(event)) return [event]
    next--
    return []
  }

  return {
    get finished() {
      return finished
    },
    get open() {
      return [...open.values()]
    },
    get seeds() {
      return seeds
    },
    get suspects() {
      return suspects.size
    },

    accept(events) {
      if (finished) return
      const end = events.findIndex(({ type }) => type === 'run.finished')
      const told = (end === -1 ? events : events.slice(0, end + 1)).filter(follow)
      pass(told.map((event) => ({ ...event, run, seq: next++ })))
    },

    lost(error, { chances, alone }) {
      if (finished) return false
      attempts++
      fruitless++
      for (const key of open.keys()) {
        deaths.set(key, (deaths.get(key) ?? 0) + 1)
        suspects.add(key)
      }
      // Where a cell waits for another it asked for, the one begun last is the one that was computing.
      const last = [...open].at(-1)
      // Where no cell ran there is none to blame.
      const allowed = last === undefined ? chances * 2 - 1 : fruitlessAttempts
      open.clear()
      if (last !== undefined && alone && (deaths.get(last[0]) ?? 0) >= chances) {
        const { node, at } = last[1]
        pass(tell({ type: 'cell.failed', node, at, error: { ...error, node, at } }))
      }
      const again = !finished && fruitless < allowed
      if (again && begun) pass(tell({ type: 'run.restarted', error }))
      return again
    },

    begin(cell) {
      if (!finished && !open.has(cellKey(cell))) pass(tell({ type: 'cell.started', ...cell }))
    },

    leftOver() {
      if (attempts === 0 && !resumed) return undefined
      return {
        settled: [...settled.values()],
        suspects: [...suspects].map(cellOf),
      }
    },

    finish(status, error) {
      if (finished) return
      const cells = [...open.values()].flatMap(({ node, at }) =>
        tell(
          error
            ? { type: 'cell.failed', node, at, error: { ...error, node, at } }
            : {
                type: 'cell.skipped',
                node,
                at,
                reason: status,
                because: status === 'interrupted' ? 'interrupted' : 'cancelled',
              },
        ),
      )
      pass([...cells, create({ type: 'run.finished', status, ...(error && { error }) })])
    },
  }
}

function cellKey({ node, at }: OpenCell): string {
  return JSON.stringify([node, ...Object.entries(at).sort(([a], [b]) => (a < b ? -1 : 1))])
}

function cellOf(key: string): OpenCell {
  const [node, ...at] = JSON.parse(key) as [string, ...[string, number][]]
  return { node, at: Object.fromEntries(at) }
}
