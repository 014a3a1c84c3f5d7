import { CircleSlash, LoaderCircle, TriangleAlert, Zap } from 'lucide-react'
import type { CellStatus } from '../run/run-state.ts'
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
          <CircleSlash aria-label="Skipped" /> {cell.reason}
        </>
      )
    case 'running':
      return (
        <>
          <LoaderCircle className="spin" aria-label="Running" /> {text}
        </>
      )
    case 'cached':
      return (
        <>
          <Zap className="cached-mark" aria-label={`Cached: ${cell.reason ?? ''}`} />
          {text}
        </>
      )
    case 'finished':
    case 'stopped':
      return text
  }
}
