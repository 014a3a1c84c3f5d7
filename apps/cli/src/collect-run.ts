import type { Coordinate, OutputValue, RunError, RunEvent, RunStatus } from '@woolgather/workflow'

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
}

/** Gathers events, one after another, into what is left of a run when it is over. */
export function createCollector(): { add(event: RunEvent): void; result(): CollectedRun } {
  const cells = new Map<string, CellEnd[]>()
  const errors: RunError[] = []
  let status: RunStatus = 'interrupted'
  let seeds: Record<string, number> = {}

  const end = (node: string, cell: CellEnd): void => {
    const known = cells.get(node)
    if (known) known.push(cell)
    else cells.set(node, [cell])
  }

  return {
    add(event) {
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
          return
        case 'run.queued':
        case 'run.progress':
        case 'cell.started':
        case 'cell.progress':
        case 'cell.token':
          return
      }
    },
    result: () => ({ status, cells, errors, seeds }),
  }
}
