import type { ChartAxis, ChartData, Json, Table } from '@woolgather/workflow'
import { alignColumns } from './align-columns.ts'

/** What fits a screen; the whole is what `--out` is for. */
const mostRows = 40
const longestCell = 60

/** A table as aligned columns. */
export function tableText({ columns, rows }: Table): string {
  const shown = rows.slice(0, mostRows).map((row) => row.map(cellText))
  const left = rows.length - shown.length
  return [
    alignColumns([columns, ...shown]),
    ...(left > 0 ? [`… and ${left} more; --out writes all`] : []),
  ].join('\n')
}

/** The means of a chart as a table below its title, the longer axis down. */
export function chartText({ title, x, series, means }: ChartData): string {
  const [down, across] = lengthOf(series) > lengthOf(x) ? [series, x] : [x, series]
  const mean = (row: number, column: number): Json =>
    (down === series ? means[row]?.[column] : means[column]?.[row]) ?? null
  const headings = across?.values.map((value) => `${across.label} ${value}`) ?? ['mean']
  const rows = (down?.values ?? ['']).map((name, row) => [
    name,
    ...headings.map((_, column) => mean(row, column)),
  ])
  const table = tableText({ columns: [down?.label ?? '', ...headings], rows })
  return title === '' ? table : `${title}\n${table}`
}

function lengthOf(axis: ChartAxis | null): number {
  return axis?.values.length ?? 0
}

function cellText(value: Json): string {
  if (value === null) return '–'
  if (typeof value === 'number') return String(Number.isInteger(value) ? value : Number(value.toPrecision(5)))
  const text = typeof value === 'string' ? value.replace(/\s+/g, ' ') : JSON.stringify(value)
  return text.length > longestCell ? `${text.slice(0, longestCell - 1)}…` : text
}
