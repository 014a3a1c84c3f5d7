import { spreadsheetText } from '@woolgather/workflow'
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
  const fields = (line: string[]): string[] => line.map((text) => quoteCsv(spreadsheetText(text)))
  return [head, ...lines].map((line) => fields(line).join(',')).join('\r\n') + '\r\n'
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

/** The grid as it is shown, as one page that needs nothing else. */
export function asHtml(
  title: string,
  { rowAxes, columnAxes, columns, cellAt }: Pivot,
  rows: readonly Line[],
  textOf: TextOf,
): string {
  const heads = columns.map(({ headings }) => (columnAxes.length === 0 ? 'value' : headings.join(' · ')))
  const th = (text: string, scope: 'col' | 'row'): string => `<th scope="${scope}">${inHtml(text)}</th>`
  const td = (row: Line, column: Line): string => {
    const cell = cellAt(row, column)
    if (!cell) return '<td></td>'
    return cell.error
      ? `<td class="error">${inHtml(cell.error.message)}</td>`
      : `<td>${inHtml(textOf(cell))}</td>`
  }
  const head = [...rowAxes.map(({ label }) => label), ...heads].map((text) => th(text, 'col')).join('')
  const body = rows.map(
    (row) =>
      `<tr>${row.headings.map((text) => th(text, 'row')).join('')}${columns.map((column) => td(row, column)).join('')}</tr>`,
  )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${inHtml(title)}</title>
<style>${pageStyle}</style>
<h1>${inHtml(title)}</h1>
<table>
<thead><tr>${head}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table>
</html>
`
}

const pageStyle = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 24px; }
h1 { font-size: 20px; }
table { border-collapse: collapse; }
th, td { border: 1px solid color-mix(in srgb, currentColor 22%, transparent); padding: 8px 11px; text-align: left; vertical-align: top; }
td { min-width: 14em; max-width: 40em; white-space: pre-wrap; overflow-wrap: anywhere; }
thead th { position: sticky; top: 0; background: Canvas; }
.error { color: #b93838; }
`

function inHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** A cell of a table. What reads as HTML, or as a picture fetched from somewhere, is text. */
function inMarkdown(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[|[\]]/g, '\\$&')
    .replaceAll(/\s*\n\s*/g, ' ')
}
