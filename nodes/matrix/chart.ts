import { WoolgatherError, type Json, type LabelledAxis, type LabelledValue } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { chooseAxis, collected, headingsOf, overInput } from './collected.ts'

export const chart: WoolgatherNode = defineNode({
  type: 'matrix/chart',
  version: 1,
  title: 'Chart',
  description: 'Numbers over axes as data of a bar chart, a line chart or a heat map.',
  sink: true,
  reduces: 'over',
  inputs: {
    values: { type: 'number', description: 'The numbers.', collects: true },
    kind: {
      type: 'text',
      description: 'How it is drawn.',
      schema: z.enum(['bar', 'line', 'heatmap']).default('bar'),
    },
    x: {
      type: 'text',
      description: 'Id of the axis along x; empty: the first.',
      schema: z.string().default(''),
    },
    series: {
      type: 'text',
      description: 'Id of the axis told apart by colour, or along y; empty: the next.',
      schema: z.string().default(''),
    },
    title: { type: 'text', description: 'Above the chart.', schema: z.string().default('') },
    over: overInput,
  },
  outputs: {
    chart: { type: 'json', description: 'Kind, title, axes, and the mean and count of each place.' },
  },
  run: ({ values, kind, title, ...names }) => {
    const x = chooseAxis(values, names.x, 'x', values.axes[0])
    const rest = values.axes.find((axis) => axis !== x)
    const series = chooseAxis(values, names.series, 'series', rest)
    return { chart: { kind, title, x: axisOf(x), series: axisOf(series), ...averages(values, x, series) } }
  },
})

function axisOf(axis: LabelledAxis | undefined): Json {
  return axis === undefined ? null : { id: axis.id, label: axis.label, values: headingsOf(axis) }
}

/** A row per series, a column per x; further axes are averaged over, and a place without numbers is null. */
function averages(
  value: LabelledValue,
  x: LabelledAxis | undefined,
  series: LabelledAxis | undefined,
): { means: Json; counts: Json } {
  const columns = x === undefined ? 1 : headingsOf(x).length
  const rows = series === undefined ? 1 : headingsOf(series).length
  const sums = Array.from({ length: rows }, () => Array.from({ length: columns }, () => 0))
  const counts = Array.from({ length: rows }, () => Array.from({ length: columns }, () => 0))
  for (const { at, value: number } of collected(value, 'values')) {
    if (typeof number !== 'number') {
      throw new WoolgatherError(
        'invalid-input',
        `A chart is made of numbers, not ${JSON.stringify(number).slice(0, 60)}.`,
        { input: 'values' },
      )
    }
    const row = series === undefined ? 0 : (at[series.id] ?? 0)
    const column = x === undefined ? 0 : (at[x.id] ?? 0)
    const [rowSums, rowCounts] = [sums[row] as number[], counts[row] as number[]]
    rowSums[column] = (rowSums[column] ?? 0) + number
    rowCounts[column] = (rowCounts[column] ?? 0) + 1
  }
  const means = sums.map((row, r) =>
    row.map((sum, c) => ((counts[r]?.[c] ?? 0) === 0 ? null : sum / (counts[r]?.[c] ?? 1))),
  )
  return { means, counts }
}
