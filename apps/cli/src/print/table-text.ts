import type { ChartAxis, ChartData, Json, Table } from '@woolgather/workflow'
import { alignColumns } from './align-columns.ts'
import { fitColumns } from './fit-columns.ts'

/** What fits a screen; the whole is what `--out` is for. */
const mostRows = 40
const longestCell = 60

/** A table as aligned columns; `width` is that of the terminal, where it is one. */
export function tableText({ columns, rows }: Table, width?: number): string {
  if (width !== undefined) return fittedTable({ columns, rows }, width)
  const shown = rows.slice(0, mostRows).map((row) => row.map((value) => cellText(value)))
  const left = rows.length - shown.length
  return [
    alignColumns([columns, ...shown]),
    ...(left > 0 ? [`… and ${left} more; --out writes all`] : []),
  ].join('\n')
}

/** As much of a table as can be read in a terminal, and where the rest is. */
function fittedTable({ columns, rows }: Table, width: number): string {
  const shown = rows.slice(0, mostRows).map((row) => row.map((value) => cellText(value, Infinity)))
  const { text, hidden, cut } = fitColumns([columns, ...shown], width)
  const left = [
    ...(rows.length > shown.length ? [count(rows.length - shown.length, 'row')] : []),
    ...(hidden > 0 ? [count(hidden, 'column')] : []),
  ]
  if (left.length === 0 && !cut) return text
  const what = left.length > 0 ? `and ${left.join(' and ')} more` : 'texts are cut'
  return `${text}\n… ${what}: --out FILE writes all of it`
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`

/** The means of a chart as a table below its title, the longer axis down. */
export function chartText({ title, x, series, means }: ChartData, width?: number): string {
  const [down, across] = lengthOf(series) > lengthOf(x) ? [series, x] : [x, series]
  const mean = (row: number, column: number): Json =>
    (down === series ? means[row]?.[column] : means[column]?.[row]) ?? null
  const headings = across?.values.map((value) => `${across.label} ${value}`) ?? ['mean']
  const rows = (down?.values ?? ['']).map((name, row) => [
    name,
    ...headings.map((_, column) => mean(row, column)),
  ])
  const table = tableText({ columns: [down?.label ?? '', ...headings], rows }, width)
  return title === '' ? table : `${title}\n${table}`
}

function lengthOf(axis: ChartAxis | null): number {
  return axis?.values.length ?? 0
}

function cellText(value: Json, longest = longestCell): string {
  if (value === null) return '–'
  if (typeof value === 'number') return String(Number.isInteger(value) ? value : Number(value.toPrecision(5)))
  const text = typeof value === 'string' ? value.replace(/\s+/g, ' ') : JSON.stringify(value)
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}
