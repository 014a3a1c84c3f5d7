import { decodeChunks } from './decode-text.ts'
import { delimiterNamed, findDialect } from './find-dialect.ts'
import { readCsvRecords, type CsvRecord } from './csv-records.ts'
import { readJsonLines } from './json-lines.ts'
import { ReadError, zeroBytes } from './read-error.ts'

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** One row of a table. */
export interface TableRow {
  /** From 0, as results count them. */
  number: number
  /** Where it begins, from 1. */
  line: number
  /** By column. Of CSV they are texts, and what has none is absent: it is not given. */
  values: Record<string, Json>
  /** Columns whose field was in quotes: what is in them is text that looks like something else. */
  quoted: ReadonlySet<string>
}

export interface Table {
  /** Names of the header; undefined where every row says its own. */
  columns: string[] | undefined
  /** What stands between columns; undefined where none do. */
  delimiter: string | undefined
  rows: AsyncIterable<TableRow>
}

export interface TableOptions {
  /** What the file is called: `.jsonl`, `.ndjson`, `.tsv` say how it is written. */
  name?: string
  /** How it is written; else its name says, or its first line. */
  format?: 'csv' | 'tsv' | 'jsonl' | undefined
  /** What stands between columns, as `delimiterNamed` takes it; else it is found in the header. */
  delimiter?: string | undefined
  /** Of bytes without a byte-order mark; UTF-8 where it is undefined. */
  encoding?: string | undefined
  /** Leave out a column that has values and no name. */
  dropUnnamed?: boolean
}

/** What is looked at to find how a table is written. */
const mostBeginning = 65_536

/**
 * Reads a table: CSV with any delimiter, or JSONL. Rows are read as they are asked for.
 * @param source text, or bytes as they come
 * @throws ReadError, also while rows are read; nothing is left out or changed without a word
 */
export async function readTable(
  source: string | AsyncIterable<Uint8Array>,
  options: TableOptions = {},
): Promise<Table> {
  const text = typeof source === 'string' ? pasted(source) : decodeChunks(source, options.encoding)
  const { beginning, whole } = await readBeginning(text)
  if (isJsonLines(beginning, options))
    return { columns: undefined, delimiter: undefined, rows: readJsonLines(whole) }
  const { dialect, skip } = findDialect(beginning, givenDelimiter(options))
  const records = readCsvRecords(leaveOut(whole, skip), dialect)
  return { ...(await readHeader(records, options)), delimiter: dialect.delimiter }
}

async function* pasted(text: string): AsyncGenerator<string> {
  if (/\p{Surrogate}/u.test(text))
    throw new ReadError('wrong-encoding', 'The text has half a character in it.', 'Paste it again.')
  yield text.startsWith('\uFEFF') ? text.slice(1) : text
}

/** The first characters of a text, and all of it. */
async function readBeginning(
  text: AsyncGenerator<string>,
): Promise<{ beginning: string; whole: AsyncIterable<string> }> {
  let beginning = ''
  while (beginning.length < mostBeginning) {
    const { value, done } = await text.next()
    if (done === true) break
    beginning += value
  }
  async function* whole(): AsyncGenerator<string> {
    yield beginning
    yield* text
  }
  return { beginning, whole: whole() }
}

async function* leaveOut(text: AsyncIterable<string>, characters: number): AsyncGenerator<string> {
  let left = characters
  for await (const piece of text) {
    yield piece.slice(left)
    left = 0
  }
}

function isJsonLines(beginning: string, { format, name = '' }: TableOptions): boolean {
  if (format !== undefined) return format === 'jsonl'
  return /\.(jsonl|ndjson)$/i.test(name) || /^\s*\{\s*(["}]|$)/.test(beginning)
}

function givenDelimiter({ delimiter, format, name = '' }: TableOptions): string | undefined {
  if (delimiter !== undefined) return delimiterNamed(delimiter)
  return format === 'tsv' || /\.(tsv|tab)$/i.test(name) ? '\t' : undefined
}

/** Reads the header, and gives rows their names as they are asked for. */
async function readHeader(
  records: AsyncGenerator<CsvRecord>,
  options: TableOptions,
): Promise<Omit<Table, 'delimiter'>> {
  const header = await records.next()
  if (header.done === true) return { columns: [], rows: noRows() }
  const names = header.value.fields.map(({ text }) => text.trim())
  checkNames(names, header.value.line)
  return { columns: names.filter((name) => name !== ''), rows: nameFields(records, names, options) }
}

async function* noRows(): AsyncGenerator<TableRow> {
  // an empty file
}

function checkNames(names: readonly string[], line: number): void {
  const twice = names.find((name, i) => name !== '' && names.indexOf(name) !== i)
  if (twice !== undefined)
    throw new ReadError('column-twice', `Two columns are called “${twice}”.`, 'Rename one of them.', { line })
  if (names.some((name) => name.includes('\0'))) throw zeroBytes('The header', { line })
}

async function* nameFields(
  records: AsyncIterable<CsvRecord>,
  names: readonly string[],
  { dropUnnamed = false }: TableOptions,
): AsyncGenerator<TableRow> {
  let number = 0
  for await (const record of records) {
    const place = { row: number, line: record.line }
    const values: [string, string][] = []
    const quoted = new Set<string>()
    for (const [i, field] of record.fields.entries()) {
      const name = names[i]
      // a pair of quotes is an empty text; nothing is nothing
      if (field.text === '' && !field.quoted) continue
      if (name === undefined) {
        if (field.text !== '') throw tooMany(record, names, place)
      } else if (name !== '') {
        values.push([name, field.text])
        if (field.quoted) quoted.add(name)
      } else if (field.text !== '' && !dropUnnamed) throw unnamed(i, field.text, place)
    }
    yield { number: number++, line: record.line, values: Object.fromEntries(values), quoted }
  }
}

interface Place {
  row: number
  line: number
}

function tooMany({ fields }: CsvRecord, names: readonly string[], place: Place): ReadError {
  return new ReadError(
    'too-many-fields',
    `Row ${place.row}, in line ${place.line}, has ${fields.length} fields, the header ${names.length}.`,
    'Put fields with the delimiter in them in quotes.',
    place,
  )
}

function unnamed(column: number, text: string, place: Place): ReadError {
  return new ReadError(
    'column-unnamed',
    `Column ${column + 1} has no name in the header, but row ${place.row}, in line ${place.line}, has “${text.slice(0, 40)}” in it.`,
    'Give it a name in the header, or remove it.',
    place,
  )
}
