import type { FabricStatus, FabricWorker } from '@woolgather/protocol'
import { formatBytes } from '../run/show-run.ts'
import './fabric-details.css'

const words: Record<FabricWorker['state'], string> = {
  working: 'Working',
  idle: 'Idle',
  lost: 'Lost',
  'other-build': 'Of another version: given nothing',
}

/** Workers on other machines, what each does now, and what waits for them. */
export function FabricDetails({ fabric: { workers, queues } }: { fabric: FabricStatus }) {
  return (
    <>
      <section>
        <h3>{workers.length === 0 ? 'No worker is there yet' : 'Workers'}</h3>
        {workers.length === 0 && (
          <p className="machine-facts">Start one: woolgather worker --fabric … --models …</p>
        )}
        <ul className="fabric-workers">
          {workers.map((worker) => (
            <li key={worker.id} data-state={worker.state}>
              <Worker worker={worker} />
            </li>
          ))}
        </ul>
      </section>
      {queues.length > 0 && (
        <section>
          <h3>In line</h3>
          <ul>
            {queues.map(({ queue, files, interactive, others }) => (
              <li key={queue}>
                <span>{files.length === 0 ? 'No model' : files.join(', ')}</span>{' '}
                <span className="machine-facts">{chunks(interactive + others)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

function Worker({ worker }: { worker: FabricWorker }) {
  const { name, state, device, memory, loaded, nodes, lastMinute, ended } = worker
  const now = Object.entries(nodes).map(([node, cells]) => `${node} (${cells})`)
  return (
    <>
      <span>
        <span className="lamp" aria-hidden /> {name}
        <span className="machine-facts">
          {' '}
          {[words[state], device, memory > 0 && formatBytes(memory)].filter(Boolean).join(' · ')}
        </span>
      </span>
      <span className="machine-facts">
        {[
          now.length > 0 && `at work on ${now.join(', ')}`,
          loaded.length > 0 && `holds ${loaded.join(', ')}`,
          `${lastMinute} cells in the last minute, ${ended} in all`,
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </>
  )
}

function chunks(count: number): string {
  return count === 1 ? '1 chunk of cells' : `${count} chunks of cells`
}
