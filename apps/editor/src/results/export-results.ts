import { headingOf, type ResultCell, type ResultSet } from './result-set.ts'
import type { Line, Pivot } from './pivot.ts'

type TextOf = (cell: ResultCell) => string

/** One line per cell: its coordinate in words, its value, how it went and how long it took. */
export function asCsv(set: ResultSet, textOf: TextOf): string {
  const head = [...set.axes.map(({ label }) => label), 'value', 'status', 'milliseconds']
  const lines = set.cells.map((cell) => [
    ...set.axes.map((axis) => headingOf(axis, cell.at)),
    cell.error?.message ?? textOf(cell),
    cell.status,
    cell.milliseconds === undefined ? '' : String(cell.milliseconds),
  ])
  return [head, ...lines].map((line) => line.map(quoteCsv).join(',')).join('\r\n') + '\r\n'
}

/** A field that a spreadsheet would take for more than text is quoted (RFC 4180). */
function quoteCsv(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** One JSON object per cell. */
export function asJsonLines(set: ResultSet, textOf: TextOf): string {
  return set.cells
    .map((cell) => {
      const at = Object.fromEntries(set.axes.map((axis) => [axis.label, headingOf(axis, cell.at)]))
      const outcome = cell.error
        ? { error: cell.error }
        : cell.status === 'skipped'
          ? { skipped: cell.reason ?? '' }
          : {
              value:
                typeof cell.value === 'number' || typeof cell.value === 'boolean' ? cell.value : textOf(cell),
            }
      return JSON.stringify({ at, ...outcome, status: cell.status, milliseconds: cell.milliseconds }) + '\n'
    })
    .join('')
}

/** The grid as it is shown. */
export function asMarkdown(
  { rowAxes, columnAxes, columns, cellAt }: Pivot,
  rows: readonly Line[],
  textOf: TextOf,
): string {
  const line = (cells: string[]): string => `| ${cells.map(inMarkdown).join(' | ')} |`
  const heads = columns.map(({ headings }) => (columnAxes.length === 0 ? 'value' : headings.join(' · ')))
  const head = [...rowAxes.map(({ label }) => label), ...heads]
  const body = rows.map((row) => [
    ...row.headings,
    ...columns.map((column) => {
      const cell = cellAt(row, column)
      return cell ? (cell.error?.message ?? textOf(cell)) : ''
    }),
  ])
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n') + '\n'
}

function inMarkdown(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')
}
