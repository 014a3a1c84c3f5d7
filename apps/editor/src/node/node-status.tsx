import { withKeys } from '../commands/command.ts'
import { showResults } from '../commands/commands.ts'
import { Check, CircleSlash, CircleStop, Play, TriangleAlert, Zap } from 'lucide-react'
import { useEffect, useReducer } from 'react'
import { formatDuration, formatNumber, latestCell, timeTaken } from '../run/show-run.ts'
import type { CellRun, NodeRun } from '../run/run-state.ts'
import { useEditor, useRun } from '../store/editor-context.ts'
import { isStale, nodeRunOf } from '../store/run-store.ts'
import { useTellReason } from '../ui/tell-reason.ts'
import './node-status.css'

/** Milliseconds between ticks of the running time. */
const tick = 250

/** In the header: whether the node runs, and how long it took. */
export function NodeStatus({ id }: { id: string }) {
  const run = useRun((state) => nodeRunOf(state, id))
  const stale = useRun((state) => isStale(state, id))
  const tell = useTellReason()
  const cell = latestCell(run)
  if (!run || !cell) return null
  return (
    <span
      className="node-status"
      data-status={run.status}
      data-stale={stale || undefined}
      title={cell.reason === undefined ? undefined : tell(cell.reason)}
    >
      <CellCount id={id} run={run} />
      <StatusText run={run} cell={cell} />
    </span>
  )
}

function StatusText({ run, cell }: { run: NodeRun; cell: CellRun }) {
  switch (run.status) {
    case 'running':
      return (
        <>
          <Play aria-label="Running" /> <Elapsed since={cell.started} />
        </>
      )
    case 'finished':
      return (
        <>
          <Check aria-label="Finished" /> {formatDuration(timeTaken(run))}
        </>
      )
    case 'cached':
      return (
        <>
          <Zap aria-hidden /> cached
        </>
      )
    case 'failed':
      return (
        <>
          <TriangleAlert aria-hidden /> failed
        </>
      )
    case 'stopped':
      return (
        <>
          <CircleStop aria-hidden /> stopped
        </>
      )
    case 'skipped':
      return (
        <>
          <CircleSlash aria-hidden /> skipped
        </>
      )
  }
}

/** How many cells are settled, where the node runs more than once: opens them as a grid. */
function CellCount({ id, run }: { id: string; run: NodeRun }) {
  const editor = useEditor()
  const cells = Object.values(run.cells)
  if (cells.length < 2) return null
  const settled = cells.filter(({ status }) => status !== 'running').length
  const shown =
    settled === cells.length
      ? `${formatNumber(settled)} ×`
      : `${formatNumber(settled)} of ${formatNumber(cells.length)}`
  return (
    <button
      type="button"
      className="cell-count nodrag"
      title={withKeys('Show all cells', showResults)}
      aria-label={`${shown} cells: show them`}
      onClick={() => editor.front.view.setState({ results: { node: id, full: false } })}
    >
      {shown}
    </button>
  )
}

function Elapsed({ since }: { since: number | undefined }) {
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    const timer = setInterval(redraw, tick)
    return () => clearInterval(timer)
  }, [])
  return since === undefined ? null : formatDuration(Math.max(0, Date.now() - since))
}
