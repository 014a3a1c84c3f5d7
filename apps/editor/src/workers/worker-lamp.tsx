import type { FabricWorker } from '@woolgather/protocol'
import './worker-lamp.css'

/** How a worker is, as a colour beside the words that say it. */
export function WorkerLamp({ state }: Pick<FabricWorker, 'state'>) {
  return <span className="worker-lamp" data-state={state} aria-hidden />
}
