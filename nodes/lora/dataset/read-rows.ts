import { ReadError, readTable } from '@woolgather/tables'
import { WoolgatherError, type Json, type LabelledValue } from '@woolgather/workflow'
import type { DatasetRow } from './read-examples.ts'

/** Columns by which a text is known to be a table. */
const columns = [
  'prompt',
  'completion',
  'instruction',
  'input',
  'output',
  'messages',
  'conversations',
  'text',
]

/**
 * Rows of a text: a list as JSON, JSONL, CSV with a header of known columns, or a row for each line that is not empty.
 * @param input the input to blame
 * @throws WoolgatherError invalid-input
 */
export async function rowsOfText(text: string, input: string, fileName = ''): Promise<DatasetRow[]> {
  const listed = rowsOfList(text)
  if (listed !== undefined) return listed
  const format = formatOf(text, fileName)
  // JSONL is often named so.
  if (format !== 'jsonl' && /\.json$/i.test(fileName)) throw noList(input)
  if (format === undefined) return rowsOfLines(text)
  try {
    const table = await readTable(text, { format })
    const rows: DatasetRow[] = []
    for await (const { line, values } of table.rows) rows.push({ name: `Line ${line}`, value: values })
    return rows
  } catch (error) {
    if (!(error instanceof ReadError)) throw error
    throw new WoolgatherError('invalid-input', error.message, { input, hint: error.hint })
  }
}

/** Rows of a list as JSON, which is a conversation where turns are in it; undefined where the text is none. */
function rowsOfList(text: string): DatasetRow[] | undefined {
  if (!/^\s*\[/.test(text)) return undefined
  try {
    const list = JSON.parse(text) as Json
    if (!Array.isArray(list) || !list.every(isRow)) return undefined
    if (list.length > 0 && list.every(isTurn)) return [{ name: 'The conversation', value: list }]
    return list.map((value, index) => ({ name: `Row ${index + 1}`, value }))
  } catch {
    return undefined
  }
}

/** Whether it is a text, a conversation, or something with fields. */
function isRow(value: Json): boolean {
  return typeof value === 'string' || (typeof value === 'object' && value !== null)
}

function isTurn(row: Json): boolean {
  if (typeof row !== 'object' || row === null) return false
  return ('role' in row && 'content' in row) || ('from' in row && 'value' in row)
}

function noList(input: string): WoolgatherError {
  return new WoolgatherError('invalid-input', 'The file is no JSON list of rows.', {
    input,
    hint: 'A .json file is a list of rows, or of the turns of a conversation; one object on each line is .jsonl.',
  })
}

function rowsOfLines(text: string): DatasetRow[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ name: `Line ${index + 1}`, value: line }))
    .filter(({ value }) => value.trim() !== '')
}

function formatOf(text: string, fileName: string): 'csv' | 'tsv' | 'jsonl' | undefined {
  const [, extension = ''] = /\.([^./\\]+)$/.exec(fileName.toLowerCase()) ?? []
  if (extension === 'jsonl' || extension === 'ndjson') return 'jsonl'
  if (extension === 'csv' || extension === 'tsv') return extension
  const first = text.split(/\r?\n/).find((line) => line.trim() !== '') ?? ''
  if (/^\s*[{[]"?/.test(first) && isJson(first)) return 'jsonl'
  const named = (delimiter: RegExp): string[] =>
    first.split(delimiter).map((field) => field.trim().replaceAll('"', ''))
  const isHeader = (fields: readonly string[]): boolean =>
    fields.filter((field) => columns.includes(field)).length >= 2 || fields.join() === 'text'
  if (isHeader(named(/\t/))) return 'tsv'
  return isHeader(named(/[,;|]/)) ? 'csv' : undefined
}

function isJson(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object'
  } catch {
    return false
  }
}

/** Rows that other nodes made: texts, objects, conversations, and the rows of tables. */
export function rowsOfValues({ cells }: LabelledValue): DatasetRow[] {
  const values = cells.flatMap((cell) => ('value' in cell ? [cell.value] : []))
  return values
    .flatMap((value) => (isTable(value) ? objectsOf(value) : [value]))
    .map((value, index) => ({ name: `Row ${index + 1}`, value }))
}

interface TableValue {
  columns: string[]
  rows: Json[][]
}

function isTable(value: Json): value is Json & TableValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Array.isArray(value['columns']) && Array.isArray(value['rows'])
}

function objectsOf({ columns: names, rows }: TableValue): Json[] {
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? null])))
}
