import type { Json, LabelledAxis, LabelledCell, LabelledValue, PlanAxis } from '@woolgather/workflow'
import type { Cell } from './cell.ts'
import type { CellGraph } from './cell-graph.ts'
import type { Space } from './space.ts'
import type { Walk } from './walk.ts'

/** What is read of each cell a walk came by: an output, and along which axis its items are spread. */
export interface Reading {
  output: string
  spread: number | undefined
  /** Index along `spread` where the walk stays at one; undefined where it takes all. */
  item: number | undefined
}

/** The outcome of a walk as a value over the axes it went along, cells in the order of their coordinates. */
export function labelledOf(graph: CellGraph, walk: Walk, reading: Reading): LabelledValue {
  const spreads = reading.spread !== undefined && reading.item === undefined
  const axes = spreads ? [...walk.along, reading.spread as number] : [...walk.along]
  const found: Found[] = []
  for (const cell of walk.cells) readCell(cell, walk, reading, found)
  for (const { indices, cell } of walk.broken) {
    const known = positions(walk).map((position) => indices[position] as number)
    found.push({ indices: known, ...outcome(cell) })
  }
  sortByIndices(found)
  const ids = axes.map((axis) => (graph.axes[axis] as PlanAxis).id)
  return {
    axes: axes.map((axis) => describeAxis(graph, axis, axes, walk)),
    cells: found.map((f) => cellOf(f, ids)),
  }
}

type Outcome = { value: Json } | { error: NonNullable<Cell['error']> } | { skipped: string }
type Found = { indices: number[] } & Outcome

function readCell(cell: Cell, walk: Walk, { output, spread, item }: Reading, found: Found[]): void {
  const all = walk.source.space.indicesOf(cell.point)
  const indices = positions(walk).map((position) => all[position] as number)
  if (cell.state !== 'done') {
    found.push({ indices, ...outcome(cell) })
    return
  }
  const value = cell.value(output, item)
  if (spread === undefined || item !== undefined) found.push({ indices, ...valueOrNothing(value, output) })
  else if (Array.isArray(value))
    value.forEach((part, i) => found.push({ indices: [...indices, i], value: part }))
}

function valueOrNothing(value: Json | undefined, output: string): Outcome {
  return value === undefined ? { skipped: `it has no output \`${output}\`` } : { value }
}

function outcome(cell: Cell): Outcome {
  if (cell.error !== undefined) return { error: cell.error }
  return { skipped: cell.skip?.reason ?? 'it did not run' }
}

function positions(walk: Walk): number[] {
  return walk.along.map((axis) => walk.source.space.axes.indexOf(axis))
}

/** Cells mostly come in order already: then one comparison each is all it takes. */
function sortByIndices(found: Found[]): void {
  const sorted = found.every(
    (item, i) => i === 0 || compareIndices((found[i - 1] as Found).indices, item.indices) <= 0,
  )
  if (!sorted) found.sort((a, b) => compareIndices(a.indices, b.indices))
}

/** Which of two coordinates over the same axes comes first. */
export function compareIndices(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

function cellOf({ indices, ...rest }: Found, ids: readonly string[]): LabelledCell {
  const at: Record<string, number> = {}
  for (let i = 0; i < indices.length; i++) {
    // −1: an axis that never came to be, so there is no index along it
    if ((indices[i] as number) >= 0) at[ids[i] as string] = indices[i] as number
  }
  return { at, ...(rest as Outcome) }
}

function describeAxis(graph: CellGraph, index: number, among: readonly number[], walk: Walk): LabelledAxis {
  const axis = graph.axes[index] as PlanAxis
  const within = axis.within.filter((outer) => among.includes(outer))
  const space = graph.space(axis.within)
  if (within.length === 0)
    return { id: axis.id, label: axis.label, values: valuesAt(graph, axis, firstPoint(space, walk)) }
  const values: Record<string, Json[]> = {}
  for (let point = 0; point < space.size; point++) {
    if (!liesAboveBase(space, point, walk)) continue
    const key = within.map((outer) => space.indexAlong(point, outer)).join(',')
    values[key] = valuesAt(graph, axis, point)
  }
  const ids = within.map((outer) => (graph.axes[outer] as PlanAxis).id)
  return { id: axis.id, label: axis.label, values, within: ids }
}

function firstPoint(space: Space, walk: Walk): number {
  for (let point = 0; point < space.size; point++) if (liesAboveBase(space, point, walk)) return point
  return 0
}

/** Whether a point agrees with where the walk stands, on the axes both have. */
function liesAboveBase(space: Space, point: number, walk: Walk): boolean {
  const cell = walk.cells[0]
  if (cell === undefined) return true
  return walk.base.axes.every((axis) => {
    if (!space.axes.includes(axis)) return true
    return space.indexAlong(point, axis) === walk.source.space.indexAlong(cell.point, axis)
  })
}

function valuesAt(graph: CellGraph, axis: PlanAxis, point: number): Json[] {
  const { count } = graph.extent(axis.index, point)
  if (axis.kind === 'iteration') return Array.from({ length: count }, (_, i) => i)
  return graph.makerOf(axis.index, point).spreadValues()
}
