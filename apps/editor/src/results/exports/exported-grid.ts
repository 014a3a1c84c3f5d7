import type { Workflow } from '@woolgather/workflow'
import type { Line, Pivot } from '../pivot.ts'
import type { ResultAxis, ResultCell } from '../result-set.ts'

export type TextOf = (cell: ResultCell) => string

/** What every file tells of what it shows. */
export interface Titled {
  title: string
  /** Which model, seed and day; empty where that is not known. */
  caption: string
  /** What made it; undefined where nobody knows any more. */
  workflow: Workflow | undefined
}

/** A grid as it is shown, on its way into a file that tells where it comes from. */
export interface ExportedGrid extends Titled {
  pivot: Pivot
  /** Those that are shown, in their order. */
  rows: readonly Line[]
  textOf: TextOf
}

/** What stands over a column: the values of its axes, each with the name of its axis. */
export function columnHeadings({ columnAxes, columns }: Pivot): string[] {
  return columns.map(({ headings }) =>
    columnAxes.length === 0
      ? 'value'
      : headings.map((heading, at) => withName(columnAxes[at], heading)).join(' · '),
  )
}

/** `temperature 0.2`; a column of a table has a name already. */
export function withName(axis: ResultAxis | undefined, heading: string): string {
  return axis === undefined || axis.named === true || axis.label === '' ? heading : `${axis.label} ${heading}`
}

/** What stands in a cell, and whether that is an error. */
export function cellContent(cell: ResultCell, textOf: TextOf): { text: string; error: boolean } {
  return cell.error ? { text: cell.error.message, error: true } : { text: textOf(cell), error: false }
}
