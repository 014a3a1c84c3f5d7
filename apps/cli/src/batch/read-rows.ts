import { createReadStream } from 'node:fs'
import type { Json } from '@woolgather/workflow'
import { CliError } from '../cli-error.ts'
import { parseCsv } from './csv.ts'

/** One row of the table: its number from 0, and its values by column. Those of CSV are texts. */
export interface Row {
  number: number
  values: Record<string, Json>
}

export type TableFormat = 'csv' | 'jsonl'

/** The format a file's name says it has. @throws CliError where it says none */
export function formatOf(file: string, option: string): TableFormat {
  if (/\.csv$/i.test(file)) return 'csv'
  if (/\.(jsonl|ndjson)$/i.test(file)) return 'jsonl'
  throw refuse(`${option} “${file}” must be a .csv or .jsonl file.`)
}

/**
 * Rows of a file, read as they are asked for.
 * @throws CliError where the file cannot be read, or a line is no row: with its number
 */
export async function* readRows(file: string): AsyncGenerator<Row> {
  const format = formatOf(file, '--rows')
  try {
    const stream = createReadStream(file, { encoding: 'utf8' })
    yield* format === 'csv' ? readCsv(stream, file) : readJsonLines(stream, file)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (error instanceof CliError) throw error
    throw refuse(`Cannot read “${file}”: ${code === 'ENOENT' ? 'there is no such file' : message}.`)
  }
}

async function* readCsv(chunks: AsyncIterable<string>, file: string): AsyncGenerator<Row> {
  let names: string[] | undefined
  let number = 0
  for await (const { fields } of parseCsv(chunks)) {
    if (names === undefined) {
      names = fields.map((name) => name.trim())
      const [only = ''] = names
      const other = names.length === 1 ? /[;\t]/.exec(only)?.[0] : undefined
      if (other !== undefined) throw otherSeparator(file, other)
      const twice = names.find((name, i) => names?.indexOf(name) !== i)
      if (twice !== undefined) throw refuse(`Two columns of “${file}” are called “${twice}”.`)
      continue
    }
    if (fields.length > names.length) {
      throw refuse(
        `Row ${number} of “${file}” has ${fields.length} fields, its header ${names.length}.`,
        'Put fields with commas in quotes.',
      )
    }
    const values = Object.fromEntries(names.map((name, i) => [name, fields[i] ?? '']))
    yield { number: number++, values }
  }
}

async function* readJsonLines(chunks: AsyncIterable<string>, file: string): AsyncGenerator<Row> {
  let number = 0
  for await (const line of splitLines(chunks)) {
    if (line.text.trim() === '') continue
    const value = parse(line.text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw refuse(`Row ${number} of “${file}” is no JSON object.`, 'Each line of JSONL is one object.')
    }
    yield { number: number++, values: value }
  }
}

/** Lines, and how many characters each and all before it take; the last may lack its line break. */
export async function* splitLines(
  chunks: AsyncIterable<string>,
): AsyncGenerator<{ text: string; end: number; whole: boolean }> {
  let rest = ''
  let end = 0
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const text of lines) yield { text, end: (end += text.length + 1), whole: true }
  }
  if (rest !== '') yield { text: rest, end: end + rest.length, whole: false }
}

/** How many rows a file has, and the columns that any of them has a value for, in the order they first come up. */
export async function surveyRows(file: string): Promise<{ count: number; columns: string[] }> {
  const columns = new Set<string>()
  let count = 0
  for await (const { values } of readRows(file)) {
    count++
    for (const column of Object.keys(values)) columns.add(column)
  }
  return { count, columns: [...columns] }
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** Spreadsheets write semicolons where commas stand in numbers. */
function otherSeparator(file: string, separator: string): CliError {
  const name = separator === ';' ? 'semicolons' : 'tabs'
  return refuse(`The columns of “${file}” are separated by ${name}.`, 'Save it with commas between columns.')
}

function refuse(message: string, hint?: string): CliError {
  return new CliError([{ code: 'file-unreadable', message, ...(hint !== undefined && { hint }) }])
}
