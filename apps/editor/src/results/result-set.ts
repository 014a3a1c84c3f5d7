import {
  axisValues,
  isArtifactRef,
  sortByCoordinate,
  type CellWorker,
  type Coordinate,
  type Json,
  type LabelledAxis,
  type LabelledValue,
  type OutputValue,
  type RunError,
  type Table,
} from '@woolgather/workflow'
import { cellKey, type CellRun, type CellStatus } from '../run/run-state.ts'

/** An axis of what is shown. */
export interface ResultAxis extends LabelledAxis {
  /** Its indices are the iterations of a loop. */
  iteration: boolean
  /** Its values are names by themselves: the columns of a table. */
  named?: boolean
}

/** One place of a result: what came out there, or how it stands. */
export interface ResultCell {
  key: string
  at: Coordinate
  status: CellStatus
  value?: OutputValue | undefined
  /** What streamed in, where the value is not there yet. */
  text: string
  error?: RunError | undefined
  /** Why it ran, was cached or skipped. */
  reason?: string | undefined
  milliseconds?: number | undefined
  /** Which worker of another machine has it, or made it. */
  by?: CellWorker | undefined
  /** Everything else its node gave there. */
  outputs?: Record<string, OutputValue> | undefined
}

/** What a node gave over some axes: the one shape every view of results reads. */
export interface ResultSet {
  axes: ResultAxis[]
  cells: ResultCell[]
}

/** Cells of a node, each with one of its outputs. */
export function resultOfCells(axes: ResultAxis[], cells: Iterable<CellRun>, output: string): ResultSet {
  const results = [...cells].map((cell): ResultCell => ({
    ...describeCell(cell),
    value: cell.outputs?.[output],
  }))
  return { axes, cells: sortByCoordinate(results, axes) }
}

/** A labelled value; `sources` are the cells it was collected from, which know why and how long they ran. */
export function resultOfLabelled(
  { axes, cells }: LabelledValue,
  isIteration: (axis: string) => boolean,
  sources: Readonly<Record<string, CellRun>> = {},
): ResultSet {
  const results = cells.map((cell): ResultCell => {
    const key = cellKey(cell.at)
    const source = sources[key]
    const base: ResultCell = {
      text: '',
      ...(source && describeCell(source)),
      key,
      at: cell.at,
      status: 'finished',
    }
    if ('error' in cell) return { ...base, status: 'failed', error: cell.error }
    if ('skipped' in cell) return { ...base, status: 'skipped', reason: cell.skipped }
    const status = source?.status === 'cached' ? 'cached' : 'finished'
    return { ...base, status, value: asItIs(cell.value) }
  })
  return { axes: axes.map((axis) => ({ ...axis, iteration: isIteration(axis.id) })), cells: results }
}

/** A table: its rows and columns are axes like any other. */
export function resultOfTable({ columns, rows }: Table): ResultSet {
  const axis = (id: string, label: string, values: Json[]): ResultAxis => ({
    id,
    label,
    values,
    iteration: false,
  })
  return {
    axes: [
      axis(
        'row',
        'row',
        rows.map((_, at) => at + 1),
      ),
      { ...axis('column', 'column', columns), named: true },
    ],
    cells: rows.flatMap((row, r) =>
      row.map((value, c): ResultCell => {
        const at = { row: r, column: c }
        return { key: cellKey(at), at, status: 'finished', text: '', value: asItIs(value) }
      }),
    ),
  }
}

/** A value out of an output that is all there: in it nothing is a reference, whatever it looks like. */
function asItIs(value: Json): Json {
  return isArtifactRef(value) ? JSON.stringify(value) : value
}

function describeCell(cell: CellRun): ResultCell {
  const { at, status, text, error, reason, milliseconds, by, outputs } = cell
  return { key: cellKey(at), at, status, text, error, reason, milliseconds, by, outputs }
}

/** The value of an axis at a coordinate, as a heading. */
export function headingOf(axis: ResultAxis, at: Coordinate): string {
  const index = at[axis.id]
  if (index === undefined) return ''
  const value = axisValues(axis, at)[index]
  if (value === undefined) return axis.iteration ? String(index) : String(index + 1)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
