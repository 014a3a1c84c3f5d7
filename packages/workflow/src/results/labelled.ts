import type { Json } from '../json/json.ts'
import type { Coordinate } from '../events/events.ts'
import type { RunError } from '../issues/issues.ts'

/**
 * An axis as data. `values` are what it was made of, for headings; a ragged axis names the axes it lies `within`
 * and keys its values by their coordinate, indices joined with commas in the order of `within`.
 */
export interface LabelledAxis {
  /** Instance path of the node that made it. */
  id: string
  label: string
  values: Json[] | Record<string, Json[]>
  within?: string[]
}

export type LabelledCell =
  { at: Coordinate; value: Json } | { at: Coordinate; error: RunError } | { at: Coordinate; skipped: string }

/** A value over axes, sparse, cells sorted by `at` in the order of `axes`. Without axes: one cell at `{}`. */
export interface LabelledValue {
  axes: LabelledAxis[]
  cells: LabelledCell[]
}

/** Values of an axis at a coordinate (a ragged one differs from place to place). */
export function axisValues(axis: LabelledAxis, at: Coordinate): Json[] {
  if (Array.isArray(axis.values)) return axis.values
  return axis.values[(axis.within ?? []).map((id) => at[id]).join(',')] ?? []
}

/** Whether JSON has the shape of a labelled value. */
export function isLabelled(value: unknown): value is LabelledValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { axes, cells } = value as { axes?: unknown; cells?: unknown }
  return Array.isArray(axes) && Array.isArray(cells)
}
