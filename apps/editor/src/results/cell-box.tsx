import { CircleSlash, Play, TriangleAlert, Zap } from 'lucide-react'
import type { CellStatus } from '../run/run-state.ts'
import { useTellReason } from '../ui/tell-reason.ts'
import type { ResultCell } from './result-set.ts'

export const statusWords: Record<CellStatus, string> = {
  running: 'running',
  finished: 'finished',
  cached: 'cached',
  failed: 'failed',
  stopped: 'stopped',
  skipped: 'skipped',
}

/** What stands in one place of a grid: its text, or how it stands. */
export function CellText({ cell, text }: { cell: ResultCell; text: string }) {
  const tell = useTellReason()
  const reason = cell.reason === undefined ? '' : tell(cell.reason)
  switch (cell.status) {
    case 'failed':
      return (
        <>
          <TriangleAlert aria-label="Failed" /> {cell.error?.message}
        </>
      )
    case 'skipped':
      return (
        <>
          <CircleSlash aria-label="Skipped" /> {reason}
        </>
      )
    case 'running':
      return (
        <>
          <Play aria-label="Running" /> {text}
        </>
      )
    case 'cached':
      return (
        <>
          <Zap className="cached-mark" aria-label={`Cached: ${reason}`} />
          {text}
        </>
      )
    case 'finished':
    case 'stopped':
      return text
  }
}
