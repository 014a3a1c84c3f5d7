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

/** Known by its shape, whichever node it comes from. */
export function isChart(value: unknown): value is ChartData {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { kind, means, counts, x, series } = value as Record<string, unknown>
  return (
    (kind === 'bar' || kind === 'line' || kind === 'heatmap') &&
    Array.isArray(means) &&
    Array.isArray(counts) &&
    [x, series].every((axis) => axis === null || typeof axis === 'object')
  )
}
