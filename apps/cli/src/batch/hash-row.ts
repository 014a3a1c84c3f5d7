import { createHash } from 'node:crypto'
import type { Row } from './read-rows.ts'

/**
 * Tells rows apart by the values that make a difference, those of columns that go somewhere: others may be edited, added
 * and moved. 12 hexadecimal digits.
 */
export function hashRow(row: Row, columns: readonly string[]): string {
  const values = columns.flatMap((column) =>
    Object.hasOwn(row.values, column) ? [[column, row.values[column]]] : [],
  )
  return hashOf(values).slice(0, 12)
}

/** sha256 of a value's JSON. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}
