import { useVirtualizer } from '@tanstack/react-virtual'
import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type RefObject,
} from 'react'
import { GridCell } from './grid-cell.tsx'
import type { Filter, Order } from '../order-rows.ts'
import type { Line, Pivot } from '../pivot.ts'
import type { ResultCell } from '../result-set.ts'
import type { Score } from '../scores.ts'
import { SortHeading } from './sort-heading.tsx'
import { useFetchedCells } from '../use-cell-text.ts'
import './results-grid.css'

export type Density = 'small' | 'medium' | 'large'

/** Height and width of a cell, in pixels. */
const sizes: Record<Density, { height: number; width: number }> = {
  small: { height: 34, width: 150 },
  medium: { height: 104, width: 250 },
  large: { height: 230, width: 360 },
}

const headerHeight = 34
const headingWidth = 140
const widest = 640

export interface ResultsGridProps {
  label: string
  pivot: Pivot
  rows: Line[]
  filter: Filter
  order: Order | undefined
  onOrder: (order: Order | undefined) => void
  density: Density
  score: Score | undefined
  scale: (score: number | undefined) => number | undefined
  textOf: (cell: ResultCell) => string
  picked: readonly string[]
  onPick: (key: string, add: boolean) => void
}

/** The grid: only what is in view is drawn, headings stay in view, arrows move from cell to cell. */
export function ResultsGrid(props: ResultsGridProps) {
  const { label, pivot, rows, density, order, onOrder, textOf } = props
  const { rowAxes, columnAxes, columns } = pivot
  const box = useRef<HTMLDivElement>(null)
  const size = sizes[density]
  const left = rowAxes.length * headingWidth
  const room = useWidth(box) - left
  // Few columns share the room there is, up to what is still read easily.
  const width = Math.max(size.width, Math.min(widest, Math.floor(room / Math.max(1, columns.length))))
  const [active, setActive] = useState({ row: 0, column: 0 })
  const vertical = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => size.height,
    overscan: 4,
    scrollPaddingStart: headerHeight,
  })
  const horizontal = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => box.current,
    estimateSize: () => width,
    overscan: 2,
    scrollPaddingStart: left,
  })
  useEffect(() => {
    vertical.measure()
    horizontal.measure()
  }, [vertical, horizontal, size, width])
  const shownRows = vertical.getVirtualItems()
  const shownColumns = horizontal.getVirtualItems()
  const range = `${shownRows[0]?.index} ${shownRows.at(-1)?.index} ${shownColumns[0]?.index} ${shownColumns.at(-1)?.index}`
  const visible = useMemo(
    () =>
      shownRows.flatMap(({ index }) =>
        shownColumns.flatMap(({ index: column }) => pivot.cellAt(rows[index]!, columns[column]!) ?? []),
      ),
    // The items are new on every scroll; what they cover is told by their range.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [range, pivot, rows, columns],
  )
  useFetchedCells(visible)

  const goTo = (row: number, column: number): void => {
    const next = {
      row: Math.max(0, Math.min(rows.length - 1, row)),
      column: Math.max(0, Math.min(columns.length - 1, column)),
    }
    setActive(next)
    vertical.scrollToIndex(next.row)
    horizontal.scrollToIndex(next.column)
    focusPlace(box, next)
  }
  const key = (event: KeyboardEvent): void => {
    const { row, column } = active
    const page = Math.max(1, shownRows.length - 6)
    const moves: Record<string, [number, number]> = {
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      ArrowRight: [row, column + 1],
      ArrowLeft: [row, column - 1],
      PageDown: [row + page, column],
      PageUp: [row - page, column],
      Home: [event.ctrlKey ? 0 : row, 0],
      End: [event.ctrlKey ? rows.length - 1 : row, columns.length - 1],
    }
    const move = moves[event.key]
    const cell = rows[row] && columns[column] && pivot.cellAt(rows[row], columns[column])
    if (move) goTo(...move)
    else if ((event.key === 'Enter' || event.key === ' ') && cell) props.onPick(cell.key, event.key === ' ')
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div
      ref={box}
      className="results-grid"
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length + rowAxes.length}
      onKeyDown={key}
      data-density={density}
    >
      <div
        className="grid-sheet"
        role="presentation"
        style={{ width: left + horizontal.getTotalSize(), height: headerHeight + vertical.getTotalSize() }}
      >
        <div className="grid-head" role="row" aria-rowindex={1} style={{ height: headerHeight }}>
          <div className="grid-corner" role="presentation" style={{ width: left }}>
            {rowAxes.map(({ id, label: name }, axis) => (
              <SortHeading
                key={id}
                text={name}
                axis
                width={headingWidth}
                direction={
                  order && 'axis' in order.by && order.by.axis === axis ? order.descending : undefined
                }
                onSort={(descending) =>
                  onOrder(descending === undefined ? undefined : { by: { axis }, descending })
                }
              />
            ))}
          </div>
          {shownColumns.map(({ index, start }) => {
            const { key: column, headings } = columns[index]!
            return (
              <SortHeading
                key={column}
                text={columnAxes.length === 0 ? 'value' : headings.join(' · ')}
                name={columnAxes.map((axis) => axis.label).join(' · ')}
                index={rowAxes.length + index + 1}
                left={left + start}
                width={width}
                direction={
                  order && 'column' in order.by && order.by.column === column ? order.descending : undefined
                }
                onSort={(descending) =>
                  onOrder(descending === undefined ? undefined : { by: { column }, descending })
                }
              />
            )
          })}
        </div>
        {shownRows.map(({ index, start, size: height }) => {
          const row = rows[index]!
          return (
            <div
              key={row.key}
              className="grid-row"
              role="row"
              aria-rowindex={index + 2}
              style={{ top: headerHeight + start, height }}
            >
              <div className="grid-headings" role="presentation" style={{ width: left }}>
                {row.headings.map((heading, at) => (
                  <div
                    key={at}
                    role="rowheader"
                    className="grid-heading"
                    title={heading}
                    style={{ width: headingWidth }}
                  >
                    <span>{heading}</span>
                  </div>
                ))}
              </div>
              {shownColumns.map(({ index: column, start: from }) => {
                const cell = pivot.cellAt(row, columns[column]!)
                return (
                  <GridCell
                    key={columns[column]!.key}
                    {...props}
                    cell={cell}
                    text={cell ? textOf(cell) : ''}
                    row={row}
                    place={[index, column]}
                    active={active.row === index && active.column === column}
                    onActive={() => setActive({ row: index, column })}
                    style={{ left: left + from, width, height }}
                    index={rowAxes.length + column + 1}
                  />
                )
              })}
            </div>
          )
        })}
      </div>
      {rows.length === 0 && <p className="grid-empty">Nothing matches the filter.</p>}
    </div>
  )
}

/** Frames to wait for a cell that was scrolled to before giving up. */
const patience = 20

/** Moves the keyboard to a cell once it is drawn: one far away is not there yet. */
function focusPlace(
  box: RefObject<HTMLElement | null>,
  place: { row: number; column: number },
  left: number = patience,
): void {
  const cell = box.current?.querySelector<HTMLElement>(`[data-place="${place.row} ${place.column}"]`)
  if (cell) cell.focus({ preventScroll: true })
  else if (left > 0) requestAnimationFrame(() => focusPlace(box, place, left - 1))
}

/** Width of an element in pixels, as it changes. */
function useWidth(box: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    if (!box.current) return
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0))
    observer.observe(box.current)
    return () => observer.disconnect()
  }, [box])
  return width
}
