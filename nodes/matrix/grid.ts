import type { Json, LabelledAxis, LabelledCell, LabelledValue, Table } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { chooseAxis, headingOf, headingsOf, overInput } from './collected.ts'

export const grid: WoolgatherNode = defineNode({
  type: 'matrix/grid',
  version: 1,
  title: 'Grid',
  description: 'Lays swept values out as a table: one axis across, the others down.',
  sink: true,
  reduces: 'over',
  inputs: {
    values: { type: 'any', description: 'What to lay out.', collects: true },
    columns: {
      type: 'text',
      description: 'Id of the axis to lay across; empty: the last.',
      schema: z.string().default(''),
    },
    over: overInput,
  },
  outputs: {
    table: { type: 'table', description: 'Headings and cells.' },
    text: { type: 'text', description: 'The table as Markdown.' },
    values: { type: 'json', description: 'The values with their axes.' },
  },
  run: ({ values, columns }) => {
    const across = chooseAxis(values, columns, 'columns', values.axes.at(-1))
    const table = layOut(values, across)
    return { table: table, text: asMarkdown(table), values: values }
  },
})

function layOut(value: LabelledValue, across: LabelledAxis | undefined): Table {
  const down = value.axes.filter((axis) => axis !== across)
  const headings = across === undefined ? ['value'] : headingsOf(across)
  const columns = [...down.map((axis) => axis.label), ...headings]
  const rows = new Map<string, Json[]>()
  for (const cell of value.cells) {
    const key = down.map((axis) => cell.at[axis.id] ?? '').join(',')
    const row = rows.get(key) ?? [
      ...down.map((axis) => headingOf(axis, cell.at)),
      ...headings.map(() => null),
    ]
    const column = across === undefined ? 0 : cell.at[across.id]
    if (column !== undefined) row[down.length + column] = contentOf(cell)
    rows.set(key, row)
  }
  return { columns, rows: [...rows.values()] }
}

function contentOf(cell: LabelledCell): Json {
  if ('value' in cell) return cell.value
  return 'error' in cell ? `failed: ${cell.error.message}` : `skipped: ${cell.skipped}`
}

function asMarkdown({ columns, rows }: Table): string {
  const line = (cells: Json[]): string => `| ${cells.map(asText).join(' | ')} |`
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}

function asText(cell: Json): string {
  const text = typeof cell === 'string' ? cell : cell === null ? '' : JSON.stringify(cell)
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')
}
