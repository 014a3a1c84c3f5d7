import {
  cellEnding,
  type CellEnding,
  type Coordinate,
  type OutputValue,
  type RunError,
  type RunEvent,
  type RunStatus,
} from '@woolgather/workflow'

/** How one cell ended. */
export type CellEnd =
  | { at: Coordinate; outputs: Record<string, OutputValue> }
  | { at: Coordinate; error: RunError }
  | { at: Coordinate; skipped: string }

/** What a run's events come to. */
export interface CollectedRun {
  status: RunStatus
  /** By instance path, in the order they ended. */
  cells: Map<string, CellEnd[]>
  errors: RunError[]
  /** Seeds that were drawn. */
  seeds: Record<string, number>
  /** How many cells ended in which way. */
  ends: Record<CellEnding, number>
  /** From the start of the run to its end. */
  milliseconds: number
}

/** Gathers events, one after another, into what is left of a run when it is over. */
export function createCollector(): { add(event: RunEvent): void; result(): CollectedRun } {
  const cells = new Map<string, CellEnd[]>()
  const errors: RunError[] = []
  let status: RunStatus = 'interrupted'
  let seeds: Record<string, number> = {}
  const ends = { finished: 0, cached: 0, failed: 0, cancelled: 0, skipped: 0 }
  let began: number | undefined
  let ended = 0

  const end = (node: string, cell: CellEnd): void => {
    const known = cells.get(node)
    if (known) known.push(cell)
    else cells.set(node, [cell])
  }

  return {
    add(event) {
      const ending = cellEnding(event)
      if (ending !== undefined) ends[ending]++
      ended = event.time
      switch (event.type) {
        case 'cell.finished':
        case 'cell.cached':
          return end(event.node, { at: event.at, outputs: event.outputs })
        case 'cell.failed':
          // Who cancelled a run knows why its cells ended.
          if (event.error.code !== 'cancelled')
            errors.push({ ...event.error, node: event.node, at: event.at })
          return end(event.node, { at: event.at, error: event.error })
        case 'cell.skipped':
          return end(event.node, { at: event.at, skipped: event.reason })
        case 'run.finished':
          status = event.status
          // Where cells failed, they have said why already.
          if (event.error && errors.length === 0) errors.push(event.error)
          return
        case 'run.started':
          seeds = event.seeds
          began = event.time
          return
        case 'run.queued':
        case 'run.restarted':
        case 'run.progress':
        case 'cell.started':
        case 'cell.progress':
        case 'cell.token':
          return
      }
    },
    result: () => ({ status, cells, errors, seeds, ends, milliseconds: ended - (began ?? ended) }),
  }
}
