import { Play, RefreshCw, RotateCw, Square } from 'lucide-react'
import { useEffect, useReducer } from 'react'
import { withKeys } from '../commands/command.ts'
import { cancel, run } from '../commands/run-commands.ts'
import { isOver, type RunState } from '../run/run-state.ts'
import { formatDuration } from '../run/show-run.ts'
import { takeUpRun } from '../session/running/follow-run.ts'
import { cancelRun, runWorkflow } from '../session/running/run-workflow.ts'
import { useEditor, useRun, useServer } from '../store/editor-context.ts'
import { isRunning } from '../store/run-store.ts'
import { RunMenu } from './run-menu.tsx'
import './run-controls.css'

/** Milliseconds between ticks of the running time. */
const tick = 200

const outcomes: Record<RunState['status'], string> = {
  queued: 'Waiting',
  running: 'Running',
  completed: 'Completed',
  partial: 'Partly completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
  interrupted: 'Interrupted',
}

export function RunControls() {
  const editor = useEditor()
  const running = useRun(isRunning)
  const onChange = useRun((state) => state.onChange)
  return (
    <div className="run-controls">
      <RunSummary />
      <div className="run-buttons">
        <button
          type="button"
          className={running ? 'button run' : 'button primary run'}
          aria-label="Run"
          title={withKeys(running ? 'Run it again, behind what runs' : 'Run', run)}
          onClick={() => void runWorkflow(editor)}
        >
          {onChange ? <RefreshCw className="on-change" /> : <Play />} <span>{running ? 'Queue' : 'Run'}</span>
        </button>
        <RunMenu />
      </div>
      {running && (
        <button
          type="button"
          className="button cancel"
          aria-label="Cancel"
          title={cancel.title}
          onClick={() => cancelRun(editor)}
        >
          <Square /> <span>Cancel</span>
        </button>
      )}
    </div>
  )
}

/** How the last run is or was: told to screen readers when it changes. */
function RunSummary() {
  const run = useRun((state) => state.run)
  const submitting = useRun((state) => state.submitting !== undefined)
  const connected = useServer((state) => state.connection === 'open')
  const waiting = useRun((state) => state.waiting.length)
  if (submitting && (!run || isOver(run)))
    return (
      <span className="run-summary" role="status">
        {connected ? 'Sending…' : 'Waits for the server'}
      </span>
    )
  if (!run) return null
  const failed = run.status === 'failed' || run.status === 'partial'
  return (
    <span className="run-summary" data-status={run.status} title={run.error?.message}>
      <span role="status">{outcomes[run.status]}</span>
      {run.status === 'running' && run.progress && run.progress.total > 1 && (
        <span className="time">
          {run.progress.done} of {run.progress.total}
        </span>
      )}
      {run.started !== undefined && run.status !== 'interrupted' && (
        <span className="time">
          {isOver(run) && formatDuration((run.finished ?? 0) - run.started)}
          {!isOver(run) && connected && <Ticking since={run.started} />}
        </span>
      )}
      {waiting > 0 && <span className="run-waiting">{waiting} waiting</span>}
      {failed && run.error && <span className="run-error">{run.error.message}</span>}
      {run.status === 'interrupted' && <TakeUp run={run.id} />}
    </span>
  )
}

function TakeUp({ run }: { run: string }) {
  const editor = useEditor()
  return (
    <button
      type="button"
      className="button quiet"
      title="Go on where it was interrupted; what it had finished is kept"
      onClick={() => takeUpRun(editor, run)}
    >
      <RotateCw /> Take up again
    </button>
  )
}

function Ticking({ since }: { since: number }) {
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    const timer = setInterval(redraw, tick)
    return () => clearInterval(timer)
  }, [])
  return formatDuration(Math.max(0, Date.now() - since))
}
