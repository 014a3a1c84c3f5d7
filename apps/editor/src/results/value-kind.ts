import {
  isChart,
  isLabelled,
  tableSchema,
  type ChartData,
  type Json,
  type LabelledValue,
  type Table,
} from '@woolgather/workflow'

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
