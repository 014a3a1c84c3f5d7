import type { CellStatus } from '../run/run-state.ts'
import type { Line, Pivot } from './pivot.ts'
import type { ResultCell } from './result-set.ts'

/** By which column, or by which of the rows' own axes, and which way. */
export type Order = { by: { column: string } | { axis: number }; descending: boolean }

export interface Filter {
  /** Words that must all occur, in the cell or in the headings of its row. */
  text: string
  status: CellStatus | 'all'
}

export function matchesFilter(
  filter: Filter,
  cell: ResultCell | undefined,
  text: string,
  row: Line,
): boolean {
  if (filter.status !== 'all' && cell?.status !== filter.status) return false
  const haystack = `${row.headings.join(' ')} ${text} ${cell?.error?.message ?? ''}`.toLowerCase()
  return wordsOf(filter).every((word) => haystack.includes(word))
}

export function isFiltering(filter: Filter): boolean {
  return filter.status !== 'all' || wordsOf(filter).length > 0
}

function wordsOf({ text }: Filter): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean)
}

/** The rows to show: those with a cell that matches, in the order asked for. */
export function chooseRows(
  pivot: Pivot,
  filter: Filter,
  order: Order | undefined,
  textOf: (cell: ResultCell) => string,
): Line[] {
  const at = (row: Line, column: Line): { cell: ResultCell | undefined; text: string } => {
    const cell = pivot.cellAt(row, column)
    return { cell, text: cell ? textOf(cell) : '' }
  }
  const rows = isFiltering(filter)
    ? pivot.rows.filter((row) =>
        pivot.columns.some((column) => {
          const { cell, text } = at(row, column)
          return cell !== undefined && matchesFilter(filter, cell, text, row)
        }),
      )
    : pivot.rows
  if (!order) return rows
  const column = 'column' in order.by ? findColumn(pivot, order.by.column) : undefined
  const axis = 'axis' in order.by ? order.by.axis : undefined
  const keys = new Map(
    rows.map((row) => [row, column ? at(row, column).text : (row.headings[axis ?? 0] ?? '')]),
  )
  const way = order.descending ? -1 : 1
  return [...rows].sort((a, b) => way * compareText(keys.get(a) ?? '', keys.get(b) ?? ''))
}

function findColumn(pivot: Pivot, key: string): Line | undefined {
  return pivot.columns.find((column) => column.key === key)
}

const collator = new Intl.Collator('en', { numeric: true })

/** Numbers by size, other texts by letter; what is empty comes last when going up. */
function compareText(a: string, b: string): number {
  if (a === '' || b === '') return Number(a === '') - Number(b === '')
  const numbers = [Number(a), Number(b)] as const
  return numbers.every(Number.isFinite) ? numbers[0] - numbers[1] : collator.compare(a, b)
}
