import { describeStall, type WorkerStatus } from '@woolgather/protocol'
import { useServer } from '../store/editor-context.ts'
import './worker-state.css'

const words: Record<WorkerStatus['state'], string> = {
  starting: 'Starting',
  ready: 'Ready',
  stalled: 'Not answering',
  restarting: 'Restarting',
  stopped: 'Stopped',
}

/** How the process next to the hardware is doing, and on what it runs. */
export function WorkerState() {
  const worker = useServer((state) => state.worker)
  const connection = useServer((state) => state.connection)
  const state = connection === 'open' ? worker.state : 'lost'
  const word =
    connection === 'open' ? words[worker.state] : connection === 'lost' ? 'Reconnecting' : 'Connecting'
  const trouble = worker.stall ? describeStall(worker.stall) : undefined
  const detail =
    trouble ?? (worker.error ? `${worker.error.message} ${worker.error.hint ?? ''}` : worker.device)
  return (
    <div
      className="worker-state"
      data-state={state}
      role="status"
      title={[word, detail].filter(Boolean).join(': ')}
    >
      <span className="lamp" aria-hidden />
      <span className="worker-word">{word}</span>
      {state === 'ready' && worker.device !== undefined && (
        <span className="worker-device">{worker.device}</span>
      )}
    </div>
  )
}
