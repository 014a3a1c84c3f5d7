import { z } from 'zod'
import { schemaOf } from '../json/same-type.ts'

/** What `matrix/chart` makes, and what nodes tell of how they go: means over an axis along x, in series; `null` where there was no number. */
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

const axisSchema = z.object({ id: z.string(), label: z.string(), values: z.array(z.string()) }).nullable()

export const chartSchema: z.ZodType<ChartData> = schemaOf<ChartData>()(
  z.object({
    kind: z.enum(['bar', 'line', 'heatmap']),
    title: z.string(),
    x: axisSchema,
    series: axisSchema,
    means: z.array(z.array(z.number().nullable())),
    counts: z.array(z.array(z.number())),
  }),
)
