import type { ChartData } from '@woolgather/workflow'
import { labelStep, rangeOf, ticksOf } from './scales.ts'

/** Room around the marks for labels, in pixels. */
export const margins = { top: 10, right: 14, bottom: 42, left: 54 }

/** Places the marks of a chart are drawn at, in pixels. */
export interface Plot {
  width: number
  height: number
  /** Left edge and width of the place of an x value. */
  band: (index: number) => { left: number; width: number }
  y: (value: number) => number
}

export interface Hovered {
  x: number
  series: number
}

const colors = 6

/** Colours of series, told apart by hue and lightness; the seventh is as the first. */
export function markColor(series: number): string {
  return `var(--series-${series % colors})`
}

function shorten(text: string, letters: number): string {
  return text.length > letters ? `${text.slice(0, Math.max(1, Math.floor(letters) - 1))}…` : text
}

/** About how wide the longest label is, in pixels, some air included; long ones are shortened. */
function labelWidth(labels: readonly string[]): number {
  return Math.min(90, 14 + 6.5 * labels.reduce((longest, { length }) => Math.max(longest, length), 0))
}

/** Where the marks of bars and lines are, and what is written beside them. */
export function planPlot(chart: ChartData, width: number, height: number) {
  const { least, greatest } = rangeOf(chart.means, chart.kind === 'bar')
  const ticks = ticksOf(least, greatest, height < 200 ? 3 : 5)
  const [bottom, top] = [ticks[0] ?? 0, ticks.at(-1) ?? 1]
  const names = chart.x?.values ?? ['']
  const room = { width: width - margins.left - margins.right, height: height - margins.top - margins.bottom }
  const bandWidth = room.width / names.length
  const every = labelStep(names.length, room.width, labelWidth(names))
  const plot: Plot = {
    ...room,
    band: (index) => ({ left: margins.left + index * bandWidth, width: bandWidth }),
    y: (value) => margins.top + room.height * (1 - (value - bottom) / (top - bottom)),
  }
  const labels = names.flatMap((name, at) =>
    at % every === 0
      ? [
          {
            at,
            x: margins.left + (at + 0.5) * bandWidth,
            text: shorten(name, Math.max(6, (bandWidth * every) / 6.5)),
          },
        ]
      : [],
  )
  return { plot, ticks, labels }
}

export interface Bar {
  x: number
  y: number
  width: number
  height: number
}

/** Bars of one x value stand side by side, a series each. */
export function barAt(chart: ChartData, plot: Plot, series: number, x: number, mean: number): Bar {
  const { left, width } = plot.band(x)
  const each = Math.min((width * 0.76) / chart.means.length, 48)
  const start = left + width / 2 - (each * chart.means.length) / 2
  const [top, bottom] = [plot.y(Math.max(0, mean)), plot.y(Math.min(0, mean))]
  return {
    x: start + series * each + 1,
    y: top,
    width: Math.max(1, each - 2),
    height: Math.max(1, bottom - top),
  }
}

/** The line of a series, broken where there is no number. */
export function lineOf(row: readonly (number | null)[], { band, y }: Plot): string {
  let path = ''
  let open = false
  row.forEach((mean, at) => {
    if (mean !== null) path += `${open ? 'L' : 'M'}${band(at).left + band(at).width / 2},${y(mean)}`
    open = mean !== null
  })
  return path
}

/** Room for the labels of a heat map, in pixels. */
const heat = { left: 92, top: 6, right: 8, bottom: 42 }
/** Room that a row's label needs, up to a number of rows that still fit a node. */
const rowHeight = 15
const mostRows = 24

/** Pixels that a heat map wants, so that no row is without its label. */
export function heatMapHeight({ means }: ChartData, most: number = mostRows): number {
  return heat.top + heat.bottom + rowHeight * Math.min(means.length, most)
}

/** Where the fields of a heat map are, how full their colours are (0 to 1), and what is written beside them. */
export function planHeatMap(chart: ChartData, width: number, height: number) {
  const columns = chart.x?.values ?? ['']
  const rows = chart.series?.values ?? ['']
  const room = { width: width - heat.left - heat.right, height: height - heat.top - heat.bottom }
  const [cellWidth, cellHeight] = [room.width / columns.length, room.height / rows.length]
  const { least, greatest } = rangeOf(chart.means, false)
  const part = (mean: number): number => (greatest > least ? (mean - least) / (greatest - least) : 0.5)
  const everyColumn = labelStep(columns.length, room.width, labelWidth(columns))
  const everyRow = labelStep(rows.length, room.height, rowHeight)
  const fields = chart.means.flatMap((row, series) =>
    row.map((mean, x) => ({
      x,
      series,
      mean,
      part: mean === null ? 0 : part(mean),
      left: heat.left + x * cellWidth + 1,
      top: heat.top + series * cellHeight + 1,
      width: Math.max(1, cellWidth - 2),
      height: Math.max(1, cellHeight - 2),
    })),
  )
  return {
    fields,
    least,
    greatest,
    /** Whether there is room for the numbers. */
    written: cellWidth > 38 && cellHeight > 16,
    rowLabels: rows.flatMap((name, at) =>
      at % everyRow === 0
        ? [{ at, x: heat.left - 8, y: heat.top + (at + 0.5) * cellHeight, text: shorten(name, 13) }]
        : [],
    ),
    columnLabels: columns.flatMap((name, at) =>
      at % everyColumn === 0
        ? [
            {
              at,
              x: heat.left + (at + 0.5) * cellWidth,
              text: shorten(name, Math.max(6, (cellWidth * everyColumn) / 6.5)),
            },
          ]
        : [],
    ),
    labelsY: height - heat.bottom + 16,
    scaleY: height - 27,
    title: {
      x: heat.left + room.width / 2,
      y: height - 6,
      text: [chart.x?.label, chart.series && `by ${chart.series.label}`].filter(Boolean).join(' '),
    },
  }
}
