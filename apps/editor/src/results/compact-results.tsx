import { Maximize2 } from 'lucide-react'
import { useMemo } from 'react'
import { formatNumber } from '../run/show-run.ts'
import { useEditor, useWorkbench } from '../store/editor-context.ts'
import { captureScroll } from '../ui/capture-scroll.ts'
import { useTellReason } from '../ui/tell-reason.ts'
import { CellText } from './cell-box.tsx'
import type { NodeResults } from './find-results.ts'
import { defaultArrangement, pivot } from './pivot.ts'
import { Timeline } from './timeline.tsx'
import { useCellText, useFetchedCells } from './use-cell-text.ts'
import './compact-results.css'

/** Of a grid inside a node: enough to see how it is going; the panel shows the rest. */
const inNode = { rows: 6, columns: 5, letters: 160 }

/** In the form, which has the room: enough to read it there. */
const inForm = { rows: 30, columns: 8, letters: 1000 }

export interface CompactResultsProps {
  id: string
  title: string
  results: NodeResults & { kind: 'grid' }
}

/** A grid small enough to stand inside its node. */
export function CompactResults({ id, title, results: { set } }: CompactResultsProps) {
  const editor = useEditor()
  const onlyIterations = set.axes.length === 1 && set.axes[0]?.iteration === true
  const open = (): void => editor.front.view.setState({ results: { node: id, full: false } })
  return (
    <div className="compact-results">
      {onlyIterations ? (
        <Timeline set={set} label={title} compact />
      ) : (
        <CompactGrid set={set} title={title} />
      )}
      <button type="button" className="open-results nodrag" onClick={open}>
        <span className="visually-hidden">{title}: open all results, </span>
        <Maximize2 aria-hidden />
        {formatNumber(set.cells.length)} cells{' '}
        <span className="axes">{set.axes.map(({ label }) => label).join(' × ')}</span>
      </button>
    </div>
  )
}

function CompactGrid({ set, title }: { set: CompactResultsProps['results']['set']; title: string }) {
  const shown = useMemo(() => pivot(set, defaultArrangement(set), {}), [set])
  const limit = useWorkbench(({ appView }) => (appView ? inForm : inNode))
  const rows = shown.rows.slice(0, limit.rows)
  const columns = shown.columns.slice(0, limit.columns)
  const visible = useMemo(
    () =>
      shown.rows
        .slice(0, limit.rows)
        .flatMap((row) =>
          shown.columns.slice(0, limit.columns).flatMap((column) => shown.cellAt(row, column) ?? []),
        ),
    [shown, limit],
  )
  useFetchedCells(visible)
  const textOf = useCellText()
  const tell = useTellReason()
  return (
    <div
      className="compact-scroll"
      onPointerEnter={captureScroll}
      tabIndex={0}
      role="region"
      aria-label={`${title}: grid`}
    >
      <table className="compact-grid">
        {shown.columnAxes.length > 0 && (
          <thead>
            <tr>
              {shown.rowAxes.map(({ id, label }) => (
                <th key={id} scope="col" className="axis-name">
                  {label}
                </th>
              ))}
              {columns.map(({ key, headings }) => (
                <th key={key} scope="col" title={headings.join(' · ')}>
                  <span className="heading-name">
                    {shown.columnAxes.map(({ label }) => label).join(' · ')}
                  </span>{' '}
                  {headings.join(' · ')}
                </th>
              ))}
              {shown.columns.length > columns.length && (
                <th scope="col">+{shown.columns.length - columns.length}</th>
              )}
            </tr>
          </thead>
        )}
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              {row.headings.map((heading, at) => (
                <th key={at} scope="row" title={heading}>
                  <span>{heading}</span>
                </th>
              ))}
              {columns.map((column) => {
                const cell = shown.cellAt(row, column)
                return (
                  <td key={column.key} data-status={cell?.status} title={cell?.reason && tell(cell.reason)}>
                    {cell && (
                      <div>
                        <CellText cell={cell} text={textOf(cell).slice(0, limit.letters)} />
                      </div>
                    )}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {shown.rows.length > rows.length && (
        <p className="more-rows">+{shown.rows.length - rows.length} rows</p>
      )}
    </div>
  )
}
