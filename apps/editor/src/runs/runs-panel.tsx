import { keysOf, withKeys } from '../commands/command.ts'
import { listRuns } from '../commands/commands.ts'
import { run as runWorkflow } from '../commands/run-commands.ts'
import { ListX, Pause, Play, X } from 'lucide-react'
import { useState } from 'react'
import type { RunSummary, StoredStatus } from '@woolgather/protocol'
import { useEditor, useServer } from '../store/editor-context.ts'
import { RunItem } from './run-item.tsx'
import { useRunKeys } from './use-run-keys.ts'
import { useRuns } from './use-runs.ts'
import './runs.css'

const endings: readonly [StoredStatus | '', string][] = [
  ['', 'All'],
  ['completed', 'Completed'],
  ['partial', 'Partly completed'],
  ['failed', 'Failed'],
  ['cancelled', 'Cancelled'],
  ['interrupted', 'Interrupted'],
]

/** What runs, what waits, and what has run: to be cancelled, put in order, opened as it was, compared. */
export function RunsPanel() {
  const editor = useEditor()
  const [name, setName] = useState('')
  const [status, setStatus] = useState<StoredStatus | ''>('')
  const { queue, runs, more, refresh } = useRuns({ name: name || undefined, status: status || undefined })
  const [chosen, setChosen] = useState<RunSummary>()
  const known = new Map(runs.map((run) => [run.run, run]))
  const going = (queue?.running ?? []).flatMap((run) => known.get(run) ?? [])
  const waiting = (queue?.waiting ?? []).flatMap((run) => known.get(run) ?? [])
  const active = new Set([...(queue?.running ?? []), ...(queue?.waiting ?? [])])
  const ended = runs.filter(({ run }) => !active.has(run))

  const connected = useServer((state) => state.connection === 'open')
  const close = (): void => editor.workbench.setState({ runsOpen: false })
  const shown = [...going, ...waiting, ...ended].map(({ run }) => run)
  const { panel, current, ...keys } = useRunKeys(shown, () => (chosen ? setChosen(undefined) : close()))

  const change = (act: () => void): void => {
    act()
    // The socket answers nothing: what came of it is seen a moment later.
    setTimeout(refresh, 120)
  }
  const compare = (run: RunSummary): void => {
    if (chosen === undefined || chosen.run === run.run) return setChosen(chosen ? undefined : run)
    const [before, after] = chosen.number < run.number ? [chosen, run] : [run, chosen]
    setChosen(undefined)
    editor.workbench.setState({ dialog: { kind: 'compare-runs', before: before.run, after: after.run } })
  }
  const item = (run: RunSummary, place?: number) => (
    <RunItem
      key={run.run}
      run={run}
      {...(place !== undefined && { place, last: waiting.length - 1 })}
      chosen={chosen?.run === run.run}
      stop={run.run === current}
      connected={connected}
      onChange={change}
      onCompare={() => compare(run)}
    />
  )

  return (
    <aside className="runs-panel" aria-label="Runs" ref={panel} tabIndex={-1} {...keys}>
      <header>
        <h2>Runs</h2>
        <span className="spacer" />
        {queue && (
          <button
            type="button"
            className="button quiet"
            aria-pressed={queue.paused}
            disabled={!connected}
            title={queue.paused ? 'Begin what waits' : 'Begin nothing more; what runs goes on'}
            onClick={() => change(() => editor.client.changeQueue({ paused: !queue.paused }))}
          >
            {queue.paused ? <Play /> : <Pause />} {queue.paused ? 'Resume' : 'Pause'}
          </button>
        )}
        <button
          type="button"
          className="icon-button"
          aria-label="Close the runs"
          title={withKeys('Close the runs', listRuns)}
          onClick={close}
        >
          <X />
        </button>
      </header>
      <div className="runs-list">
        {!connected && (
          <p className="runs-note">The server cannot be reached. This is how things stood before.</p>
        )}
        {queue?.paused && <p className="runs-note">Paused: nothing more is begun until you resume.</p>}
        {going.length > 0 && <Section title="Running">{going.map((run) => item(run))}</Section>}
        {waiting.length > 0 && (
          <Section
            title={`Waiting, ${waiting.length}`}
            action={
              <button
                type="button"
                className="icon-button"
                aria-label="Cancel all that wait"
                title="Cancel all that wait"
                disabled={!connected}
                onClick={() => change(() => editor.client.changeQueue({ clear: true }))}
              >
                <ListX />
              </button>
            }
          >
            {waiting.map((run, place) => item(run, place))}
          </Section>
        )}
        <Section title="Done">
          <li className="runs-filter">
            <input
              type="search"
              className="control"
              aria-label="Filter by name"
              placeholder="Filter by name"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
            <select
              className="control select"
              aria-label="Filter by how it ended"
              value={status}
              onChange={(event) => setStatus(event.target.value as StoredStatus | '')}
            >
              {endings.map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          </li>
          {ended.map((run) => item(run))}
          {ended.length === 0 && queue && (
            <li className="runs-note">{emptyWords(Boolean(name || status), active.size > 0)}</li>
          )}
          {more && (
            <li>
              <button type="button" className="button quiet runs-more" onClick={more}>
                Show older ones
              </button>
            </li>
          )}
        </Section>
      </div>
      {chosen && (
        <p className="runs-hint" role="status">
          Choose the run to compare #{chosen.number} with.
        </p>
      )}
    </aside>
  )
}

function emptyWords(filtered: boolean, active: boolean): string {
  if (filtered) return 'No run like that.'
  return active ? 'Nothing has ended yet.' : `Nothing has run yet. ${keysOf(runWorkflow)} runs the workflow.`
}

function Section({
  title,
  action,
  children,
}: {
  title: string
  action?: React.ReactNode
  children: React.ReactNode
}) {
  return (
    <section>
      <div className="runs-heading">
        <h3>{title}</h3>
        <span className="spacer" />
        {action}
      </div>
      <ul>{children}</ul>
    </section>
  )
}
