import type { Table, TableRow } from '@woolgather/tables'
import {
  printsBack,
  readText,
  typeProblem,
  WoolgatherError,
  type Json,
  type ValueType,
} from '@woolgather/workflow'

/** A table with all its rows. */
export type RowsTable = Omit<Table, 'rows'> & { rows: TableRow[] }

/**
 * Rows as objects, their values read as a type. A field of CSV that is empty is an empty text, and null where it had to
 * be something else.
 * @throws WoolgatherError invalid-input for a value that is not of the type, with row and column
 */
export function convertRows(
  { columns, delimiter, rows }: RowsTable,
  type: ValueType,
): Record<string, Json>[] {
  const numeric = new Set(type === 'auto' ? columns?.filter((column) => isNumeric(rows, column)) : [])
  const nothing = type === 'auto' || type === 'text' ? '' : null
  return rows.map((row) => {
    const names = columns ?? Object.keys(row.values)
    const values = names.map((name): [string, Json] => {
      const value = Object.hasOwn(row.values, name) ? row.values[name] : undefined
      if (value === undefined || (value === '' && numeric.has(name))) return [name, nothing]
      if (type === 'auto') return [name, numeric.has(name) ? Number(value) : value]
      return [name, convert(value, type, { row, name, decimalComma: delimiter === ';' })]
    })
    return Object.fromEntries(values)
  })
}

/** Whether every field that there is prints the same as a number: identifiers such as 01069 do not. */
function isNumeric(rows: readonly TableRow[], column: string): boolean {
  const given = rows.filter(({ values }) => Object.hasOwn(values, column) && values[column] !== '')
  return given.length > 0 && given.every((row) => !row.quoted.has(column) && isNumber(row.values[column]))
}

/** Spaces around it are not lost with it. */
function isNumber(value: Json | undefined): boolean {
  return typeof value === 'string' && printsBack(value.trim())
}

interface Place {
  row: TableRow
  name: string
  decimalComma: boolean
}

function convert(value: Json, type: Exclude<ValueType, 'auto'>, { row, name, decimalComma }: Place): Json {
  if (type === 'text') return typeof value === 'string' ? value : JSON.stringify(value)
  if (value === null || (value === '' && type !== 'json')) return null
  const problem = typeof value === 'string' ? undefined : typeProblem(type, value)
  const read = typeof value === 'string' ? readText(type, value, { decimalComma }) : { value, problem }
  if (read.problem === undefined) return read.value
  throw new WoolgatherError(
    'invalid-input',
    `Row ${row.number}, in line ${row.line}: “${name}” ${read.problem}.`,
    { input: 'type', ...('hint' in read && read.hint !== undefined && { hint: read.hint }) },
  )
}
