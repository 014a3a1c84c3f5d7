import type { Json } from '@woolgather/workflow'
import { CliError } from '../io/cli-error.ts'
import type { KnownRows } from './known-rows.ts'
import type { Row } from './read-rows.ts'

export interface DueOptions {
  known: KnownRows
  /** Rows that did not end `completed` are due again. */
  retry: boolean
  /** Columns without which a row is left out. */
  needed: readonly string[]
  hash: (row: Row) => string
}

/** What a batch has before it. */
export interface Due {
  /** Rows to be run. */
  rows: number
  /** How many of them have a line from before, which they failed. */
  again: number
  /** Rows left out because a cell is empty. */
  leftOut: number
}

/**
 * Looks at every row before any is run.
 * @throws CliError naming the first row that is not what its line was made of
 */
export async function surveyDue(rows: AsyncIterable<Row>, options: DueOptions): Promise<Due> {
  const { known, hash } = options
  const due: Due = { rows: 0, again: 0, leftOut: 0 }
  for await (const row of rows) {
    const again = options.retry && known.hasFailed(row.number)
    const stays = known.has(row.number) && !again
    if (stays && !known.mayBe(row.number, hash(row))) throw changed(row.number, known.hasFailed(row.number))
    if (stays) continue
    if (lacks(row, options.needed)) due.leftOut++
    else {
      due.rows++
      due.again += Number(again)
    }
  }
  return due
}

/** The rows to be run, as they are asked for. Those that were added since they were counted wait for the next time. */
export async function* dueRows(rows: AsyncIterable<Row>, options: DueOptions): AsyncGenerator<Row> {
  const { known, retry, needed } = options
  for await (const row of rows) {
    if (row.number >= known.count) return
    if (known.has(row.number) && !(retry && known.hasFailed(row.number))) continue
    if (!lacks(row, needed)) yield row
  }
}

/** Whether a row has nothing in one of these columns. */
export function lacks({ values }: Row, needed: readonly string[]): boolean {
  return needed.some((column) => !Object.hasOwn(values, column) || isBlank(values[column]))
}

function isBlank(value: Json | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

function changed(row: number, failed: boolean): CliError {
  const retry = failed ? ' A row that failed is run again with its new values by --retry-failed.' : ''
  return new CliError([
    {
      code: 'write-failed',
      message: `Row ${row} of the table is not the one that its result was made of: rows were edited, sorted, put in or taken out, or other columns are used.`,
      hint: `Put the rows back; others may be added at the end.${retry} To begin again give --out another name, or --overwrite.`,
    },
  ])
}
