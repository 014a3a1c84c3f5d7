import { TriangleAlert, WifiOff } from 'lucide-react'
import { useRef, useState } from 'react'
import { describeStall, type WorkerStatus } from '@woolgather/protocol'
import type { RunError } from '@woolgather/workflow'
import { useServer } from '../store/editor-context.ts'
import { Popover } from '../ui/popover.tsx'
import { Prose } from '../ui/prose.tsx'
import './server-trouble.css'

/** What keeps runs from going on, as long as it does: no server, or no process that runs workflows. */
export function ServerTrouble() {
  const lost = useServer((state) => state.connection === 'lost')
  const { state, error, stall, leftOut = [] } = useServer((server) => server.worker)
  if (lost)
    return (
      <span className="server-trouble" role="alert">
        <WifiOff aria-hidden />
        <span>
          The server cannot be reached. You can go on editing, your work is kept in this browser; runs wait
          until it is back.
        </span>
      </span>
    )
  if (stall !== undefined)
    return (
      <span className="server-trouble" data-tone="wait" role="status">
        <TriangleAlert aria-hidden />
        <span>{describeStall(stall)}</span>
      </span>
    )
  if (state === 'ready' && leftOut.length > 0)
    return (
      <span className="server-trouble" data-tone="wait" role="status">
        <TriangleAlert aria-hidden />
        <span>
          Left out: <Prose text={leftOut.map(({ message }) => message).join(' ')} />
        </span>
      </span>
    )
  if (error === undefined || state === 'ready') return null
  return <WorkerTrouble state={state} error={error} />
}

const told: Record<WorkerStatus['state'], string> = {
  ready: '',
  stalled: '',
  starting: 'What runs workflows is being started',
  restarting: 'What runs workflows has crashed and starts again; runs go on by themselves',
  stopped: 'Nothing can run',
}

/** The short of it, and on a press the whole: what it said last, and what to do. */
function WorkerTrouble({ state, error }: { state: WorkerStatus['state']; error: RunError }) {
  const anchor = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  const stopped = state === 'stopped'
  return (
    <div className="menu-anchor" role={stopped ? 'alert' : 'status'}>
      <button
        ref={anchor}
        type="button"
        className="server-trouble"
        data-tone={stopped ? 'error' : 'wait'}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <TriangleAlert aria-hidden />
        <span>
          {told[state]}
          {stopped && `: ${error.message}`}
        </span>
      </button>
      {open && (
        <Popover
          anchor={anchor}
          onClose={() => setOpen(false)}
          label="What happened"
          className="trouble-details above"
        >
          <p>
            <Prose text={error.message} />
          </p>
          {error.hint !== undefined && (
            <p className="hint">
              <Prose text={error.hint} />
            </p>
          )}
          {stopped && <p className="hint">The next run tries to start it again.</p>}
          {error.cause !== undefined && <pre tabIndex={0}>{error.cause}</pre>}
        </Popover>
      )}
    </div>
  )
}
