import {
  cellEnding,
  gatherSettled,
  type CellEnding,
  type RunError,
  type RunEvent,
  type RunStatus,
  type SettledCells,
} from '@woolgather/workflow'

/** What a run's events come to. */
export interface CollectedRun {
  status: RunStatus
  cells: SettledCells
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
  const settled = gatherSettled()
  const errors: RunError[] = []
  let status: RunStatus = 'interrupted'
  let seeds: Record<string, number> = {}
  const ends = { finished: 0, cached: 0, failed: 0, cancelled: 0, skipped: 0 }
  let began: number | undefined
  let ended = 0

  return {
    add(event) {
      const ending = cellEnding(event)
      if (ending !== undefined) ends[ending]++
      ended = event.time
      settled.add(event)
      if (event.type === 'run.started') {
        seeds = event.seeds
        began = event.time
      }
      // Who cancelled a run knows why its cells ended.
      if (event.type === 'cell.failed' && ending === 'failed')
        errors.push({ ...event.error, node: event.node, at: event.at })
      if (event.type === 'run.finished') {
        status = event.status
        // Where cells failed, they have said why already.
        if (event.error && errors.length === 0) errors.push(event.error)
      }
    },
    result: () => ({
      status,
      cells: settled.cells,
      errors,
      seeds,
      ends,
      milliseconds: ended - (began ?? ended),
    }),
  }
}
