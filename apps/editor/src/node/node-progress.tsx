import { useState } from 'react'
import { formatBytes, formatNumber, latestCell } from '../run/show-run.ts'
import { endEarly } from '../session/running/run-cell.ts'
import { useEditor, useRun } from '../store/editor-context.ts'
import './node-progress.css'

/**
 * A thin bar under the header while work that can be counted goes on; it moves to and fro where the end is unknown. Below it
 * a button that ends the work early, where the node keeps what it has then.
 */
export function NodeProgress({ id, endsEarly }: { id: string; endsEarly: string | undefined }) {
  const running = useRun((state) => state.run?.nodes[id]?.status === 'running')
  const progress = useRun((state) => latestCell(state.run?.nodes[id])?.progress)
  if (!running) return null
  const { done = 0, total = 0, unit = '' } = progress ?? {}
  const known = total > 0
  const count = (value: number): string => (unit === 'bytes' ? formatBytes(value) : formatNumber(value))
  const label = known
    ? `${count(done)} of ${count(total)} ${unit === 'bytes' ? '' : unit}`
    : `${count(done)} ${unit}`
  const bar = (
    <div
      className="node-progress"
      role="progressbar"
      aria-label={progress ? label : 'Running'}
      title={progress ? label : undefined}
      {...(known && { 'aria-valuenow': done, 'aria-valuemin': 0, 'aria-valuemax': total })}
    >
      <div
        className={known ? 'bar' : 'bar unknown'}
        style={known ? { scale: `${Math.min(1, done / total)} 1` } : {}}
      />
    </div>
  )
  if (endsEarly === undefined) return bar
  return (
    <>
      {bar}
      <EndEarly id={id} label={endsEarly} />
    </>
  )
}

function EndEarly({ id, label }: { id: string; label: string }) {
  const editor = useEditor()
  const [asked, setAsked] = useState(false)
  return (
    <button
      type="button"
      className="button end-early nodrag"
      disabled={asked}
      onClick={() => {
        setAsked(true)
        endEarly(editor, id)
      }}
    >
      {label}
    </button>
  )
}
