import { isLabelled, tableSchema, type Json, type LabelledValue, type Table } from '@woolgather/workflow'

/** What `matrix/chart` makes: means over an axis along x, in series; `null` where there was no number. */
export interface ChartData {
  kind: 'bar' | 'line' | 'heatmap'
  title: string
  x: ChartAxis | null
  series: ChartAxis | null
  means: (number | null)[][]
  counts: number[][]
}

export interface ChartAxis {
  id: string
  label: string
  values: string[]
}

/** Values that have a view of their own; all others are shown as text. */
export type ShownValue =
  | { kind: 'labelled'; value: LabelledValue }
  | { kind: 'table'; value: Table }
  | { kind: 'chart'; value: ChartData }

/** The view a value asks for by its shape, whichever node it comes from. */
export function recogniseValue(value: Json | undefined): ShownValue | undefined {
  if (isLabelled(value)) return value.axes.length > 0 ? { kind: 'labelled', value } : undefined
  if (isChart(value)) return { kind: 'chart', value }
  const table = tableSchema.safeParse(value)
  return table.success && table.data.rows.length > 0 ? { kind: 'table', value: table.data } : undefined
}

function isChart(value: unknown): value is ChartData {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { kind, means, counts, x, series } = value as Record<string, unknown>
  return (
    (kind === 'bar' || kind === 'line' || kind === 'heatmap') &&
    Array.isArray(means) &&
    Array.isArray(counts) &&
    [x, series].every((axis) => axis === null || typeof axis === 'object')
  )
}
