import type { Coordinate } from '@woolgather/workflow'
import { cellKey } from '../run/run-state.ts'
import { headingOf, type ResultAxis, type ResultCell, type ResultSet } from './result-set.ts'

export type Place = 'row' | 'column' | 'page'

/** Where each axis goes, by its id. */
export type Arrangement = Readonly<Record<string, Place>>

/** One row or column: the coordinate it stands for, and a heading for each of its axes. */
export interface Line {
  key: string
  at: Coordinate
  headings: string[]
}

/** A result set laid out in two dimensions. */
export interface Pivot {
  rowAxes: ResultAxis[]
  columnAxes: ResultAxis[]
  rows: Line[]
  columns: Line[]
  cellAt: (row: Line, column: Line) => ResultCell | undefined
}

/** The last axis goes across, the others down. One that has a single value says nothing across. */
export function defaultArrangement({ axes }: ResultSet): Arrangement {
  return Object.fromEntries(
    axes.map(({ id }, at) => [id, at === axes.length - 1 && at > 0 ? 'column' : 'row']),
  )
}

/** Lays out the cells of one page; `page` says which index each axis of the page has. */
export function pivot(set: ResultSet, arrangement: Arrangement, page: Coordinate): Pivot {
  const placed = (place: Place): ResultAxis[] =>
    set.axes.filter(({ id }) => (arrangement[id] ?? 'row') === place)
  const rowAxes = placed('row')
  const columnAxes = placed('column')
  const pageAxes = placed('page')
  const cells = set.cells.filter((cell) => pageAxes.every(({ id }) => cell.at[id] === (page[id] ?? 0)))
  const byPlace = new Map<string, ResultCell>()
  for (const cell of cells) byPlace.set(`${lineKey(cell, rowAxes)}\n${lineKey(cell, columnAxes)}`, cell)
  return {
    rowAxes,
    columnAxes,
    rows: linesOf(cells, rowAxes),
    columns: linesOf(cells, columnAxes),
    cellAt: (row, column) => byPlace.get(`${row.key}\n${column.key}`),
  }
}

/** Indices that an axis has in a result set: the pages there are. */
export function indicesOf({ cells }: ResultSet, axis: string): number[] {
  return [...new Set(cells.flatMap(({ at }) => at[axis] ?? []))].sort((a, b) => a - b)
}

function lineKey({ at }: { at: Coordinate }, axes: readonly ResultAxis[]): string {
  return cellKey(part(at, axes))
}

function part(at: Coordinate, axes: readonly ResultAxis[]): Coordinate {
  return Object.fromEntries(axes.flatMap(({ id }) => (at[id] === undefined ? [] : [[id, at[id]]])))
}

function linesOf(cells: readonly ResultCell[], axes: readonly ResultAxis[]): Line[] {
  const lines = new Map<string, Line>()
  for (const cell of cells) {
    const key = lineKey(cell, axes)
    if (lines.has(key)) continue
    const at = part(cell.at, axes)
    lines.set(key, {
      key,
      at,
      headings: axes.map((axis) => headingOf(axis, headingPlace(axis, axes, cell.at))),
    })
  }
  return [...lines.values()].sort((a, b) => compare(a.at, b.at, axes))
}

/** Values of a ragged axis differ from line to line unless the axes it lies within are on the line too. */
function headingPlace(axis: ResultAxis, axes: readonly ResultAxis[], at: Coordinate): Coordinate {
  const own = (axis.within ?? []).every((id) => axes.some((other) => other.id === id))
  return own ? at : part(at, [axis])
}

function compare(a: Coordinate, b: Coordinate, axes: readonly ResultAxis[]): number {
  for (const { id } of axes) {
    const difference = (a[id] ?? -1) - (b[id] ?? -1)
    if (difference !== 0) return difference
  }
  return 0
}
