import { Search } from 'lucide-react'
import { useState } from 'react'
import type { FabricQueue, FabricStatus, FabricWorker } from '@woolgather/protocol'
import { formatBytes } from '../run/show-run.ts'
import type { CellStatus } from '../run/run-state.ts'
import { useEditor, useRun, useServer, useWorkflow } from '../store/editor-context.ts'
import { titleOf } from '../ui/describe-node.ts'
import { Modal } from '../ui/modal.tsx'
import { cellsByWorker, type WorkerShare } from './cells-by-worker.ts'
import { WorkerLamp } from './worker-lamp.tsx'
import { countWorkers, sortWorkers, workerWords } from './worker-words.ts'
import './workers.css'

/** Workers that are looked through without searching. */
const fewWorkers = 8

const nobody: FabricStatus = { workers: [], queues: [], models: '' }

/** Who works for this server on other machines, what waits for them, and who did what of the run that is shown. */
export function WorkersDialog() {
  const editor = useEditor()
  const fabric = useServer((state) => state.worker.fabric) ?? nobody
  const run = useRun((state) => state.run)
  const shares = run === undefined ? [] : cellsByWorker(run)
  return (
    <Modal title="Workers" wide>
      <div className="workers">
        <Workers workers={fabric.workers} />
        <Queues queues={fabric.queues} />
        {shares.length > 0 && <Shares shares={shares} />}
      </div>
      <div className="modal-buttons">
        <button
          type="button"
          className="button primary"
          onClick={() => editor.workbench.setState({ dialog: undefined })}
        >
          Close
        </button>
      </div>
    </Modal>
  )
}

function Workers({ workers }: { workers: readonly FabricWorker[] }) {
  const [query, setQuery] = useState('')
  const words = query.toLowerCase().split(/\s+/)
  const shown = sortWorkers(workers).filter((worker) => words.every((word) => textOf(worker).includes(word)))
  if (workers.length === 0)
    return (
      <section>
        <h3>No worker is there yet</h3>
        <p className="workers-facts">
          Start one, on this machine or another: <code>woolgather worker --fabric … --models FOLDER</code>
        </p>
      </section>
    )
  return (
    <section>
      <div className="workers-bar">
        <h3>{countWorkers(workers)}</h3>
        {workers.length > fewWorkers && (
          <label className="models-search">
            <Search aria-hidden />
            <input
              type="search"
              placeholder="Name, device, model…"
              aria-label="Find a worker"
              value={query}
              onChange={(event) => setQuery(event.target.value)}
            />
          </label>
        )}
      </div>
      <div className="workers-table" tabIndex={0} role="region" aria-label="Workers">
        <table>
          <thead>
            <tr>
              <th scope="col">Worker</th>
              <th scope="col">Does now</th>
              <th scope="col">Models in memory</th>
              <th scope="col">Memory</th>
              <th scope="col" title="Cells that ended in the last minute, and since it started">
                Cells
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((worker) => (
              <Worker key={worker.id} worker={worker} />
            ))}
          </tbody>
        </table>
        {shown.length === 0 && <p className="models-none">No worker has all these words.</p>}
      </div>
    </section>
  )
}

function Worker({ worker }: { worker: FabricWorker }) {
  const { name, state, heardAt, device, engine, memory, loaded, nodes, lastMinute, ended } = worker
  const now = Object.entries(nodes)
  return (
    <tr>
      <th scope="row">
        <span className="workers-name">
          <WorkerLamp state={state} /> {name}
        </span>
        <span className="workers-facts">
          {[device, engine && `llama.cpp ${engine}`].filter(Boolean).join(' · ')}
        </span>
      </th>
      <td>
        {workerWords[state]}
        {state === 'lost' && ` since ${new Date(heardAt).toLocaleTimeString()}`}
        {now.length > 0 && state === 'working' && (
          <span className="workers-facts">{now.map(([node, cells]) => `${node} (${cells})`).join(', ')}</span>
        )}
      </td>
      <td>
        {loaded.length === 0 ? (
          <span className="workers-facts">none</span>
        ) : (
          loaded.map((file) => (
            <span key={file} className="workers-file">
              {file}
            </span>
          ))
        )}
      </td>
      <td className="workers-number">{memory > 0 ? formatBytes(memory) : ''}</td>
      <td className="workers-number">
        {lastMinute.toLocaleString('en')} a minute
        <span className="workers-facts">{ended.toLocaleString('en')} in all</span>
      </td>
    </tr>
  )
}

function Queues({ queues }: { queues: readonly FabricQueue[] }) {
  if (queues.length === 0)
    return (
      <section>
        <h3>Nothing waits</h3>
      </section>
    )
  const longestFirst = queues.toSorted((a, b) => lengthOf(b) - lengthOf(a))
  return (
    <section>
      <h3>In line, by model</h3>
      <div className="workers-table" tabIndex={0} role="region" aria-label="In line, by model">
        <table>
          <thead>
            <tr>
              <th scope="col">Needs</th>
              <th
                scope="col"
                title="Chunks of up to 64 cells that somebody waits for; those that are worked on count"
              >
                Somebody waits
              </th>
              <th
                scope="col"
                title="Chunks of up to 64 cells of sweeps and batches; those that are worked on count"
              >
                Others
              </th>
            </tr>
          </thead>
          <tbody>
            {longestFirst.map(({ queue, files, interactive, others }) => (
              <tr key={queue}>
                <th scope="row">
                  {files.length === 0
                    ? 'no model'
                    : files.map((file) => (
                        <span key={file} className="workers-file">
                          {file}
                        </span>
                      ))}
                </th>
                <td className="workers-number">{interactive}</td>
                <td className="workers-number">{others}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

const statuses: readonly [CellStatus, string][] = [
  ['running', 'running'],
  ['finished', 'done'],
  ['cached', 'from the cache'],
  ['failed', 'failed'],
  ['stopped', 'stopped'],
  ['skipped', 'skipped'],
]

/** A lane for each worker, as long as its share. */
function Shares({ shares }: { shares: readonly WorkerShare[] }) {
  const nodes = useWorkflow((workflow) => workflow.nodes)
  const types = useServer((state) => state.byType)
  const nameOf = (id: string): string => {
    const node = nodes[id]
    return node === undefined ? id : titleOf(node, types.get(node.type))
  }
  const most = Math.max(...shares.map(({ total }) => total))
  return (
    <section>
      <h3>Cells of this run</h3>
      <div className="workers-table" tabIndex={0} role="region" aria-label="Cells of this run">
        <table>
          <thead>
            <tr>
              <th scope="col">Worker</th>
              <th scope="col">Cells</th>
              <th scope="col">Of</th>
            </tr>
          </thead>
          <tbody>
            {shares.map(({ by, cells, total, nodes: had }) => (
              <tr key={by.worker}>
                <th scope="row">
                  <span className="workers-name">{by.worker}</span>
                  <span className="workers-facts">
                    {[by.device, by.engine && `llama.cpp ${by.engine}`].filter(Boolean).join(' · ')}
                  </span>
                </th>
                <td className="workers-lane-cell">
                  <span className="workers-lane" style={{ width: `${(100 * total) / most}%` }} aria-hidden>
                    {statuses.map(([status]) => (
                      <span key={status} data-status={status} style={{ flexGrow: cells[status] ?? 0 }} />
                    ))}
                  </span>
                  <span className="workers-facts">
                    {statuses
                      .flatMap(([status, word]) => (cells[status] ? [`${cells[status]} ${word}`] : []))
                      .join(', ')}
                  </span>
                </td>
                <td className="workers-facts">
                  {Object.entries(had)
                    .map(([id, count]) => `${nameOf(id)} (${count})`)
                    .join(', ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function lengthOf({ interactive, others }: FabricQueue): number {
  return interactive + others
}

function textOf({ name, device, engine, state, loaded, nodes }: FabricWorker): string {
  return [name, device, engine, workerWords[state], ...loaded, ...Object.keys(nodes)].join(' ').toLowerCase()
}
