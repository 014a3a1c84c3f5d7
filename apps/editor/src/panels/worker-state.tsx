import { useCallback, useRef, useState } from 'react'
import { describeStall, type WorkerStatus } from '@woolgather/protocol'
import { useServer } from '../store/editor-context.ts'
import { fetchedLater } from '../ui/fetched-later.tsx'
import { Popover } from '../ui/popover.tsx'
import { isGiven } from '../workers/worker-words.ts'
import './worker-state.css'

const MachineDetails = fetchedLater(async () => (await import('./machine-details.tsx')).MachineDetails)

const words: Record<WorkerStatus['state'], string> = {
  starting: 'Starting',
  ready: 'Ready',
  stalled: 'Not answering',
  restarting: 'Restarting',
  stopped: 'Stopped',
}

/** How the process next to the hardware is doing, and on what it runs; pressed, what it holds. */
export function WorkerState() {
  const worker = useServer((state) => state.worker)
  const connection = useServer((state) => state.connection)
  const [open, setOpen] = useState(false)
  const anchor = useRef<HTMLButtonElement>(null)
  const close = useCallback(() => setOpen(false), [])
  const state = connection === 'open' ? worker.state : 'lost'
  const word =
    connection === 'open' ? words[worker.state] : connection === 'lost' ? 'Reconnecting' : 'Connecting'
  const trouble = worker.stall ? describeStall(worker.stall) : undefined
  const detail =
    trouble ?? (worker.error ? `${worker.error.message} ${worker.error.hint ?? ''}` : worker.device)
  const loaded = worker.memory?.models.length ?? 0
  /** Workers of other machines that are given work. */
  const given = worker.fabric?.workers.filter((one) => isGiven(one.state)).length
  return (
    <div className="menu-anchor worker-anchor">
      <button
        ref={anchor}
        type="button"
        className="worker-state"
        data-state={state === 'ready' && given === 0 ? 'empty' : state}
        aria-haspopup="dialog"
        aria-expanded={open}
        title={[word, detail].filter(Boolean).join(': ')}
        onClick={() => setOpen(!open)}
      >
        <span className="lamp" aria-hidden />
        <span className="worker-word">{word}</span>
        {state === 'ready' && worker.device !== undefined && (
          <span className="worker-device">{given === undefined ? worker.device : countOf(given)}</span>
        )}
        {state === 'ready' && loaded > 0 && (
          <span
            className="worker-loaded"
            title={loaded === 1 ? '1 model is loaded' : `${loaded} models are loaded`}
          >
            {loaded}
          </span>
        )}
      </button>
      <span className="visually-hidden" role="status">
        {word}
      </span>
      {open && (
        <Popover anchor={anchor} onClose={close} label="This machine" className="machine">
          <MachineDetails word={word} detail={detail} onDone={close} />
        </Popover>
      )}
    </div>
  )
}

function countOf(workers: number): string {
  return workers === 1 ? '1 worker' : `${workers} workers`
}
