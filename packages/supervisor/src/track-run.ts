import type { RunError, RunEvent, RunEventBody, RunEventType, RunStatus } from '@woolgather/workflow'

type OpenCell = Pick<RunEvent & { type: 'cell.started' }, 'node' | 'at'>

/**
 * What has been told of one run, so that it can be ended properly by whoever notices that its worker is gone.
 * Numbers the events: they count on from `firstSeq` whatever number the worker gave them, so a run that waited in
 * a queue, or goes on in another process, stays one sequence.
 */
export interface TrackedRun {
  readonly finished: boolean
  /** Passes on what the worker said, up to and including the end of the run. */
  accept(events: readonly RunEvent[]): void
  /** Ends cells that are still open, then the run. Does nothing on a finished run. */
  finish(status: RunStatus, error?: RunError): void
}

export interface TrackRunOptions {
  run: string
  firstSeq: number
  onEvents: (events: RunEvent[]) => void
  onFinished: (status: RunStatus) => void
}

export function trackRun({ run, firstSeq, onEvents, onFinished }: TrackRunOptions): TrackedRun {
  const open = new Map<string, OpenCell>()
  let next = firstSeq
  let finished = false

  const pass = (events: RunEvent[]): void => {
    if (events.length > 0) onEvents(events)
    const last = events.at(-1)
    if (last?.type !== 'run.finished') return
    finished = true
    onFinished(last.status)
  }

  const create = (body: RunEventBody): RunEvent => ({ ...body, run, seq: next++, time: Date.now() })

  return {
    get finished() {
      return finished
    },

    accept(events) {
      if (finished) return
      const end = events.findIndex(({ type }) => type === 'run.finished')
      const told = end === -1 ? events : events.slice(0, end + 1)
      for (const event of told) followCell(open, event)
      pass(told.map((event) => ({ ...event, run, seq: next++ })))
    },

    finish(status, error) {
      if (finished) return
      const cells = [...open.values()].map(({ node, at }) =>
        create(
          error
            ? { type: 'cell.failed', node, at, error: { ...error, node, at } }
            : { type: 'cell.skipped', node, at, reason: status },
        ),
      )
      open.clear()
      pass([...cells, create({ type: 'run.finished', status, ...(error && { error }) })])
    },
  }
}

const cellEnds: readonly RunEventType[] = ['cell.finished', 'cell.cached', 'cell.failed', 'cell.skipped']

function followCell(open: Map<string, OpenCell>, event: RunEvent): void {
  if (event.type === 'cell.started') open.set(cellKey(event), { node: event.node, at: event.at })
  else if ('node' in event && cellEnds.includes(event.type)) open.delete(cellKey(event))
}

function cellKey({ node, at }: OpenCell): string {
  return JSON.stringify([node, ...Object.entries(at).sort(([a], [b]) => (a < b ? -1 : 1))])
}
