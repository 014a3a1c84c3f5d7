import type { CellEnding, RunStatus } from '@woolgather/workflow'
import type { CollectedRun } from '../outcome/collect-run.ts'
import { seconds } from './progress.ts'

const verdicts: Record<RunStatus, string> = {
  completed: 'completed in',
  partial: 'completed in part in',
  failed: 'failed after',
  cancelled: 'was cancelled after',
  interrupted: 'was interrupted after',
}

const words: Record<CellEnding, string> = {
  finished: 'run',
  cached: 'from the cache',
  failed: 'failed',
  cancelled: 'cancelled',
  skipped: 'skipped',
}

/** `“Two temperatures” completed in 3.2 s: 2 cells run, 4 from the cache.` */
export function runSummary(name: string, { status, ends, milliseconds }: CollectedRun): string {
  const told = (Object.keys(words) as CellEnding[]).filter((ending) => ends[ending] > 0)
  const counts = told.map((ending, index) => {
    const cells = index > 0 ? '' : ends[ending] === 1 ? 'cell ' : 'cells '
    return `${ends[ending]} ${cells}${words[ending]}`
  })
  const head = `“${name}” ${verdicts[status]} ${seconds(milliseconds)}`
  return counts.length === 0 ? `${head}.` : `${head}: ${counts.join(', ')}.`
}
