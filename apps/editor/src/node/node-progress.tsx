import { formatBytes, formatNumber, latestCell } from '../run/show-run.ts'
import { useRun } from '../store/editor-context.ts'
import './node-progress.css'

/** A thin bar under the header while work that can be counted goes on; it moves to and fro where the end is unknown. */
export function NodeProgress({ id }: { id: string }) {
  const running = useRun((state) => state.run?.nodes[id]?.status === 'running')
  const progress = useRun((state) => latestCell(state.run?.nodes[id])?.progress)
  if (!running) return null
  const { done = 0, total = 0, unit = '' } = progress ?? {}
  const known = total > 0
  const count = (value: number): string => (unit === 'bytes' ? formatBytes(value) : formatNumber(value))
  const label = known
    ? `${count(done)} of ${count(total)} ${unit === 'bytes' ? '' : unit}`
    : `${count(done)} ${unit}`
  return (
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
}
