import type { FabricStatus, FabricWorker } from '@woolgather/protocol'
import { formatBytes } from '../run/show-run.ts'
import { WorkerLamp } from '../workers/worker-lamp.tsx'
import { countWorkers, sortWorkers, workerWords } from '../workers/worker-words.ts'
import './fabric-details.css'

/** Workers that there is room for; the page of workers has all. */
const mostShown = 3

/** Workers on other machines, what each does now, and what waits for them, in brief. */
export function FabricDetails({ fabric: { workers, queues } }: { fabric: FabricStatus }) {
  const more = workers.length - mostShown
  const waiting = queues.reduce((sum, { interactive, others }) => sum + interactive + others, 0)
  return (
    <section>
      <h3>{workers.length === 0 ? 'No worker is there yet' : countWorkers(workers)}</h3>
      {workers.length === 0 && (
        <p className="machine-facts">Start one: woolgather worker --fabric … --models …</p>
      )}
      <ul className="fabric-workers">
        {sortWorkers(workers)
          .slice(0, mostShown)
          .map((worker) => (
            <li key={worker.id}>
              <Worker worker={worker} />
            </li>
          ))}
      </ul>
      {more > 0 && <p className="machine-facts">and {more} more</p>}
      {waiting > 0 && (
        <p className="machine-facts">
          {waiting === 1 ? '1 chunk of cells' : `${waiting} chunks of cells`} in line or worked on
        </p>
      )}
    </section>
  )
}

function Worker({ worker }: { worker: FabricWorker }) {
  const { name, state, device, memory, lastMinute } = worker
  return (
    <>
      <span>
        <WorkerLamp state={state} /> {name}
      </span>
      <span className="machine-facts">
        {[
          workerWords[state],
          device,
          memory > 0 && formatBytes(memory),
          `${lastMinute} cells in the last minute`,
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </>
  )
}
