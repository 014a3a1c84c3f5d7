import {
  carriedField,
  carryWorkflow,
  spreadsheetText,
  workflowElement,
  type ChartData,
  type Workflow,
} from '@woolgather/workflow'
import { headingOf, type ResultAxis, type ResultSet } from '../result-set.ts'
import type { Line, Pivot } from '../pivot.ts'
import { cellContent, columnHeadings, type ExportedGrid, type TextOf } from './exported-grid.ts'

/**
 * One line per cell: its coordinate in words, its value, how it went and how long it took. The workflow is in a last
 * column of the first line, as in the results of a batch.
 */
export function asCsv(set: ResultSet, textOf: TextOf, workflow?: Workflow): string {
  const carried = workflow === undefined ? undefined : JSON.stringify(workflow)
  const head = [...set.axes.map(({ label }) => label), 'value', 'status', 'milliseconds']
  const lines = set.cells.map((cell, at) => [
    ...set.axes.map((axis) => headingOf(axis, cell.at)),
    cellContent(cell, textOf).text,
    cell.status,
    cell.milliseconds === undefined ? '' : String(cell.milliseconds),
    ...(carried === undefined ? [] : [at === 0 ? carried : '']),
  ])
  return csvOf(carried === undefined ? head : [...head, carriedField], lines)
}

/** One line per number: where it stands, and of how many values it is the mean. The workflow is as in `asCsv`. */
export function chartAsCsv({ x, series, means, counts }: ChartData, workflow?: Workflow): string {
  const axes = [...(series ? [series] : []), ...(x ? [x] : [])]
  const lines = means.flatMap((row, s) =>
    row.map((mean, at) => [
      ...(series ? [series.values[s] ?? ''] : []),
      ...(x ? [x.values[at] ?? ''] : []),
      mean === null ? '' : String(mean),
      String(counts[s]?.[at] ?? 0),
    ]),
  )
  const head = [...axes.map(({ label }) => label), 'mean', 'count']
  if (workflow === undefined) return csvOf(head, lines)
  const carried = lines.map((line, at) => [...line, at === 0 ? JSON.stringify(workflow) : ''])
  return csvOf([...head, carriedField], carried)
}

function csvOf(head: readonly string[], lines: readonly string[][]): string {
  const fields = (line: readonly string[]): string[] => line.map((text) => quoteCsv(spreadsheetText(text)))
  return [head, ...lines].map((line) => fields(line).join(',')).join('\r\n') + '\r\n'
}

/** A field that a spreadsheet would take for more than text is quoted (RFC 4180). */
function quoteCsv(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** One JSON object per cell; the first has the workflow, too. */
export function asJsonLines(set: ResultSet, textOf: TextOf, workflow?: Workflow): string {
  const names = distinctLabels(set.axes)
  const lines = set.cells
    .map((cell) => {
      const at = Object.fromEntries(set.axes.map((axis, n) => [names[n], headingOf(axis, cell.at)]))
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
  return workflow === undefined ? lines : (carryWorkflow(lines, 'jsonl', workflow) ?? lines)
}

/** Two axes may have one name; fields of an object may not. */
function distinctLabels(axes: readonly ResultAxis[]): string[] {
  const names: string[] = []
  for (const { label } of axes) {
    let name = label
    for (let n = 2; names.includes(name); n++) name = `${label} ${n}`
    names.push(name)
  }
  return names
}

/** The grid as it is shown, below its title and caption: a file with front matter. */
export function asMarkdownFile({ title, caption, pivot, rows, textOf, workflow }: ExportedGrid): string {
  const head = [`# ${inMarkdown(title)}`, ...(caption === '' ? [] : [inMarkdown(caption)])].join('\n\n')
  const text = `${head}\n\n${asMarkdown(pivot, rows, textOf)}`
  return workflow === undefined ? text : (carryWorkflow(text, 'front-matter', workflow) ?? text)
}

/** The grid as it is shown. */
export function asMarkdown(pivot: Pivot, rows: readonly Line[], textOf: TextOf): string {
  const { rowAxes, columns, cellAt } = pivot
  const line = (cells: string[]): string => `| ${cells.map(inMarkdown).join(' | ')} |`
  const head = [...rowAxes.map(({ label }) => label), ...columnHeadings(pivot)]
  const body = rows.map((row) => [
    ...row.headings,
    ...columns.map((column) => {
      const cell = cellAt(row, column)
      return cell ? cellContent(cell, textOf).text : ''
    }),
  ])
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n') + '\n'
}

/** The grid as it is shown, as one page that needs nothing else. */
export function asHtml({ title, caption, pivot, rows, textOf, workflow }: ExportedGrid): string {
  const { rowAxes, columns, cellAt } = pivot
  const th = (text: string, scope: 'col' | 'row'): string => `<th scope="${scope}">${escapeMarkup(text)}</th>`
  const td = (row: Line, column: Line): string => {
    const cell = cellAt(row, column)
    if (!cell) return '<td></td>'
    const { text, error } = cellContent(cell, textOf)
    return `<td${error ? ' class="error"' : ''}>${escapeMarkup(text)}</td>`
  }
  const heads = [...rowAxes.map(({ label }) => label), ...columnHeadings(pivot)]
  const body = rows.map((row) => {
    const headings = row.headings.map((text) => th(text, 'row')).join('')
    return `<tr>${headings}${columns.map((column) => td(row, column)).join('')}</tr>`
  })
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeMarkup(title)}</title>
${workflow === undefined ? '' : `${workflowElement(workflow, 'html')}\n`}<style>${pageStyle}</style>
<h1>${escapeMarkup(title)}</h1>
${caption === '' ? '' : `<p>${escapeMarkup(caption)}</p>\n`}<table>
<thead><tr>${heads.map((text) => th(text, 'col')).join('')}</tr></thead>
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
h1 { font-size: 20px; margin-bottom: 4px; }
p { margin: 0 0 18px; opacity: 0.7; }
table { border-collapse: collapse; }
th, td { border: 1px solid color-mix(in srgb, currentColor 22%, transparent); padding: 8px 11px; text-align: left; vertical-align: top; }
td { min-width: 14em; max-width: 40em; white-space: pre-wrap; overflow-wrap: anywhere; }
thead th { position: sticky; top: 0; background: Canvas; }
.error { color: #b93838; }
`

/** Text as HTML and XML have it; what XML cannot hold is replaced. */
export function escapeMarkup(text: string): string {
  return text
    .replaceAll(notInXml, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** Controls, surrogates without their other half, and two that are no characters. */
const notInXml = /[\0-\x08\x0b\x0c\x0e-\x1f\p{Surrogate}\ufffe\uffff]/gu

/** A cell of a table. What reads as HTML, or as a picture fetched from somewhere, is text. */
function inMarkdown(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\|[\]]/g, '\\$&')
    .replaceAll(/\s*\n\s*/g, ' ')
}
