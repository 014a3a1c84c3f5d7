import { CellText, statusWords } from '../cell-box.tsx'
import { isFiltering, matchesFilter, type Filter } from '../order-rows.ts'
import type { Line } from '../pivot.ts'
import type { ResultCell } from '../result-set.ts'
import type { Score } from '../scores.ts'

interface GridCellProps {
  cell: ResultCell | undefined
  text: string
  row: Line
  /** Number of its row and of its column. */
  place: [number, number]
  filter: Filter
  score: Score | undefined
  /** A score as a share of the range of all. */
  scale: (score: number | undefined) => number | undefined
  picked: readonly string[]
  onPick: (key: string, add: boolean) => void
  active: boolean
  onActive: () => void
  index: number
  style: { left: number; width: number; height: number }
}

export function GridCell(props: GridCellProps) {
  const { cell, text, row, place, active, onActive, index, style } = props
  const { filter, score, scale, picked, onPick } = props
  const dim = isFiltering(filter) && !matchesFilter(filter, cell, text, row)
  const part = cell && score ? scale(score.of(cell, text)) : undefined
  return (
    <div
      role="gridcell"
      aria-colindex={index}
      aria-selected={cell ? picked.includes(cell.key) : undefined}
      className="grid-cell"
      data-place={place.join(' ')}
      data-status={cell?.status}
      data-dim={dim || undefined}
      data-scored={part !== undefined || undefined}
      tabIndex={active ? 0 : -1}
      title={cell && [statusWords[cell.status], cell.reason].filter(Boolean).join(': ')}
      style={{ ...style, ...(part !== undefined && ({ '--score': part } as React.CSSProperties)) }}
      onClick={(event) => {
        onActive()
        event.currentTarget.focus({ preventScroll: true })
        if (cell) onPick(cell.key, event.ctrlKey || event.metaKey || event.shiftKey)
      }}
    >
      {cell && (
        <div className="grid-cell-text">
          <CellText cell={cell} text={text.length > 1500 ? `${text.slice(0, 1500)}…` : text} />
        </div>
      )}
    </div>
  )
}
