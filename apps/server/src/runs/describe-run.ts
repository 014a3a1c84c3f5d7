import type { RunDetails, RunSummary } from '@woolgather/protocol'
import { cellEnding, type RunEvent } from '@woolgather/workflow'
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
    cells: { finished: 0, cached: 0, failed: 0, cancelled: 0, skipped: 0 },
  }
  for (const event of events) {
    switch (event.type) {
      case 'run.started':
        details.seeds = event.seeds
        break
      case 'run.finished':
        details.error = event.error
        break
      default: {
        const ending = cellEnding(event)
        if (ending !== undefined) details.cells[ending]++
      }
    }
  }
  return details
}
