import type { RunDetails, RunSummary } from '@woolgather/protocol'
import type { RunEvent } from '@woolgather/workflow'
import type { StoredRun } from './run-store.ts'

/** A run as the history tells it. */
export function describeRun(
  summary: RunSummary,
  { workflow, targets, versions }: StoredRun,
  events: readonly RunEvent[],
): RunDetails {
  const details: RunDetails = {
    ...summary,
    workflow,
    ...(targets && { targets }),
    ...(versions && { versions }),
    cells: { finished: 0, cached: 0, failed: 0, skipped: 0 },
  }
  for (const event of events) {
    switch (event.type) {
      case 'run.started':
        details.seeds = event.seeds
        break
      case 'run.finished':
        details.error = event.error
        break
      case 'cell.finished':
        details.cells.finished++
        break
      case 'cell.cached':
        details.cells.cached++
        break
      case 'cell.failed':
        details.cells.failed++
        break
      case 'cell.skipped':
        details.cells.skipped++
        break
      case 'run.queued':
      case 'run.progress':
      case 'cell.started':
      case 'cell.progress':
      case 'cell.token':
        break
    }
  }
  return details
}
