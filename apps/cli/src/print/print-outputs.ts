import {
  axisValues,
  isChart,
  isLabelled,
  isLearntText,
  tableSchema,
  type Json,
  type LabelledCell,
  type LabelledValue,
  type Outputs,
} from '@woolgather/workflow'
import type { TextSink } from '../io/cli-io.ts'
import { printable } from './print-issues.ts'
import { chartText, tableText } from './table-text.ts'

/**
 * Prints what a run made, for people: of a node that gives a text, the text; of the others each output that has a
 * value, tables and charts as columns, which fit into the terminal where that is one. A swept value is a line or paragraph per coordinate; the whole of it is what `--out` is for.
 */
export function printOutputs(outputs: Outputs, stdout: TextSink): void {
  const width = stdout.isTTY === true ? stdout.columns : undefined
  const all = Object.entries(outputs).flatMap(([node, values]) =>
    worthShowing(values, width).map(([output, value]) => ({
      name: `${node}.${output}`,
      text: asText(value, width),
    })),
  )
  for (const { name, text } of all) {
    if (all.length > 1) stdout.write(`${printable(name)}:\n`)
    stdout.write(`${stdout.isTTY ? printable(text) : text}\n`)
  }
}

/**
 * The text of a grid is its table in Markdown: in a terminal the table is shown, which fits into it. What is learnt of
 * examples stands in their preview.
 */
function worthShowing(values: Record<string, Json>, width: number | undefined): [string, Json][] {
  const { text, table } = values
  if (width !== undefined && typeof text === 'string' && tableSchema.safeParse(table).success)
    return [['table', table as Json]]
  if (typeof text === 'string' || isLabelled(text)) return [['text', text as Json]]
  return Object.entries(values).filter(([, value]) => value !== null && !isLearntText(value))
}

function asText(value: Json, width?: number): string {
  if (typeof value === 'string') return value
  if (isLabelled(value)) return labelledText(value, width)
  if (isChart(value)) return chartText(value, width)
  const table = tableSchema.safeParse(value)
  return table.success ? tableText(table.data, width) : JSON.stringify(value, null, 2)
}

/** What failed is told among the errors, and is left out here. */
function labelledText(value: LabelledValue, width: number | undefined): string {
  return value.cells
    .flatMap((cell) => ('value' in cell ? [`${placeOf(value, cell)}:${besides(cell.value, width)}`] : []))
    .join('\n')
}

/** Columns stay aligned where they begin on a line of their own. */
function besides(value: Json, width: number | undefined): string {
  const text = asText(value, width)
  return typeof value !== 'string' && text.includes('\n') ? `\n${text}` : ` ${text}`
}

function placeOf({ axes }: LabelledValue, { at }: LabelledCell): string {
  return axes
    .map((axis) => {
      const value = axisValues(axis, at)[at[axis.id] ?? 0] ?? null
      return `${axis.label} ${typeof value === 'string' ? value : JSON.stringify(value)}`
    })
    .join(', ')
}
