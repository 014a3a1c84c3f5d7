import { createReadStream } from 'node:fs'
import { ReadError, readTable, type Table, type TableRow } from '@woolgather/tables'
import { CliError } from '../io/cli-error.ts'

export type Row = TableRow

export type TableFormat = 'csv' | 'jsonl'

/** What somebody says of a table. */
export interface RowsOptions {
  delimiter?: string
  encoding?: string
  /** Columns without a name are left out, whatever is in them. */
  ignoreUnnamed?: boolean
}

/** The format of results that a file's name says. @throws CliError where it says none */
export function formatOf(file: string, option: string): TableFormat {
  if (/\.csv$/i.test(file)) return 'csv'
  if (/\.(jsonl|ndjson)$/i.test(file)) return 'jsonl'
  throw refuse(`${option} “${file}” must be a .csv or .jsonl file.`)
}

/**
 * A table in a file; its rows are read as they are asked for.
 * @throws CliError where the file cannot be read or is no table, also while rows are read: with the line
 */
export async function openRows(file: string, options: RowsOptions): Promise<Table> {
  if (!/\.(csv|tsv|tab|txt|jsonl|ndjson)$/i.test(file))
    throw refuse(`--rows “${file}” must be a .csv, .tsv, .txt or .jsonl file.`)
  const { ignoreUnnamed, ...written } = options
  const explain = (error: unknown): CliError => explained(error, file)
  try {
    const table = await readTable(createReadStream(file), {
      name: file,
      ...written,
      dropUnnamed: ignoreUnnamed === true,
    })
    return { ...table, rows: explaining(table.rows, explain) }
  } catch (error) {
    throw explain(error)
  }
}

/** The rows of a table, as they are asked for. @throws CliError as `openRows` */
export async function* readRows(file: string, options: RowsOptions): AsyncGenerator<Row> {
  yield* (await openRows(file, options)).rows
}

/** How many rows a table has, and the columns they have, in the order they first come up. */
export interface Survey {
  count: number
  columns: string[]
  /** Whether a header names the columns, so that every row has all of them. */
  hasHeader: boolean
  /** Spreadsheets that put semicolons between columns put commas before decimals. */
  decimalComma: boolean
}

/** Reads a whole table once. @throws CliError as `openRows` */
export async function surveyRows(file: string, options: RowsOptions): Promise<Survey> {
  const table = await openRows(file, options)
  const columns = new Set(table.columns)
  let count = 0
  for await (const row of table.rows) {
    count++
    if (table.columns === undefined) for (const column of Object.keys(row.values)) columns.add(column)
  }
  return {
    count,
    columns: [...columns],
    hasHeader: table.columns !== undefined,
    decimalComma: table.delimiter === ';',
  }
}

async function* explaining(
  rows: AsyncIterable<Row>,
  explain: (error: unknown) => CliError,
): AsyncGenerator<Row> {
  try {
    yield* rows
  } catch (error) {
    throw explain(error)
  }
}

function explained(error: unknown, file: string): CliError {
  if (error instanceof ReadError) {
    const isOption = error.problem === 'unknown-encoding' || error.problem === 'bad-delimiter'
    const leaveOut = error.problem === 'column-unnamed' ? ' Or leave it out with --ignore "".' : ''
    return refuse(isOption ? error.message : `“${file}”: ${error.message}`, error.hint + leaveOut)
  }
  const { code, message } = error as NodeJS.ErrnoException
  return refuse(`Cannot read “${file}”: ${code === 'ENOENT' ? 'there is no such file' : message}.`)
}

function refuse(message: string, hint?: string): CliError {
  return new CliError([{ code: 'file-unreadable', message, ...(hint !== undefined && { hint }) }])
}
