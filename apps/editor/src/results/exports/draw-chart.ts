import type { ChartData } from '@woolgather/workflow'
import { barAt, heatMapHeight, lineOf, margins, planHeatMap, planPlot } from '../../charts/plot.ts'
import { formatNumber, formatTick } from '../../run/show-run.ts'
import { drawBelow, ink, type Measure, type Picture } from './draw-grid.ts'
import type { Titled } from './exported-grid.ts'
import { escapeMarkup } from './write-results.ts'

/** A chart on its way into a file that tells where it comes from. */
export interface ExportedChart extends Titled {
  chart: ChartData
}

const width = 720
const height = 400
/** Rows of a heat map, each with its label, that a picture grows for. */
const mostRows = 200

/** The colours of the light theme, as every program that reads SVG knows them. */
const marks = ['#00807a', '#b3541e', '#6f5bc4', '#4f7d1c', '#b23a7c', '#2f6fb5']
/** From the palest to the fullest of a heat map. */
const [pale, full] = [
  [238, 245, 244],
  [0, 143, 134],
] as const

/** The chart as one picture on white, as wide as a page: text stays text. */
export function drawChart(exported: ExportedChart, measure: Measure): Picture {
  const { chart } = exported
  const isMap = chart.kind === 'heatmap'
  const tall = isMap ? Math.max(height, heatMapHeight(chart, mostRows)) : height
  const legend = isMap ? { parts: [], height: 0 } : drawLegend(chart, tall, measure)
  const parts = isMap ? drawMap(chart, tall) : drawPlot(chart)
  return drawBelow(exported, width, tall + legend.height, [...parts, ...legend.parts], measure)
}

function drawPlot(chart: ChartData): string[] {
  const { plot, ticks, labels } = planPlot(chart, width, height)
  const lines = ticks.map((tick) => {
    const y = round(plot.y(tick))
    const color = tick === 0 ? '#8b95a1' : ink.line
    return `<line x1="${margins.left}" x2="${width - margins.right}" y1="${y}" y2="${y}" stroke="${color}"/>${label(formatTick(tick), margins.left - 8, y + 4, 'end')}`
  })
  const below = labels.map(({ x, text }) => label(text, x, height - margins.bottom + 16))
  const title = label(chart.x?.label ?? '', margins.left + plot.width / 2, height - 6, 'middle', ink.text)
  const middle = (x: number): number => plot.band(x).left + plot.band(x).width / 2
  const drawn = chart.means.flatMap((row, series) => {
    const color = marks[series % marks.length]!
    const numbers = row.flatMap((mean, x) => (mean === null ? [] : [{ mean, x }]))
    if (chart.kind === 'bar')
      return numbers.map(({ mean, x }) => {
        const bar = barAt(chart, plot, series, x, mean)
        return `<rect x="${round(bar.x)}" y="${round(bar.y)}" width="${round(bar.width)}" height="${round(bar.height)}" rx="2" fill="${color}"/>`
      })
    return [
      `<path d="${lineOf(row, plot)}" fill="none" stroke="${color}" stroke-width="2" stroke-linejoin="round"/>`,
      ...numbers.map(
        ({ mean, x }) =>
          `<circle cx="${round(middle(x))}" cy="${round(plot.y(mean))}" r="3.5" fill="${color}"/>`,
      ),
    ]
  })
  return [...lines, ...below, title, ...drawn]
}

/** Which colour is which series, in as many lines as that takes. */
function drawLegend(chart: ChartData, top: number, measure: Measure): { parts: string[]; height: number } {
  if (!chart.series) return { parts: [], height: 0 }
  const { label: name, values } = chart.series
  let [x, y] = [margins.left, top + 20]
  const parts = values.map((value, at) => {
    const text = `${name} ${value}`
    const wide = 16 + measure(text, '400 11px system-ui, sans-serif') + 16
    if (x + wide > width && x > margins.left) [x, y] = [margins.left, y + 18]
    const part = `<rect x="${round(x)}" y="${y - 9}" width="10" height="10" rx="2" fill="${marks[at % marks.length]}"/>${label(text, x + 16, y, 'start')}`
    x += wide
    return part
  })
  return { parts, height: y - top + 10 }
}

function drawMap(chart: ChartData, tall: number): string[] {
  const plan = planHeatMap(chart, width, tall)
  const fields = plan.fields.map(({ mean, part, left, top, width: wide, height: high }) => {
    const box = `x="${round(left)}" y="${round(top)}" width="${round(wide)}" height="${round(high)}" rx="3"`
    if (mean === null) return `<rect ${box} fill="none" stroke="${ink.line}" stroke-dasharray="3 3"/>`
    const number = plan.written
      ? label(formatNumber(mean), left + wide / 2, top + high / 2 + 4, 'middle', ink.text)
      : ''
    return `<rect ${box} fill="${shade(part)}"/>${number}`
  })
  const scale = [0, 0.25, 0.5, 0.75, 1].map(
    (part) => `<rect x="${8 + part * 40}" y="${plan.scaleY}" width="10" height="8" fill="${shade(part)}"/>`,
  )
  const range = `${formatNumber(plan.least)} – ${formatNumber(plan.greatest)}`
  return [
    ...fields,
    ...plan.rowLabels.map(({ x, y, text }) => label(text, x, y + 4, 'end')),
    ...plan.columnLabels.map(({ x, text }) => label(text, x, plan.labelsY)),
    ...scale,
    label(range, 8, plan.scaleY + 21, 'start'),
    label(plan.title.text, plan.title.x, plan.title.y, 'middle', ink.text),
  ]
}

function shade(part: number): string {
  const [red, green, blue] = pale.map((from, at) => Math.round(from + ((full[at] ?? from) - from) * part))
  return `rgb(${red}, ${green}, ${blue})`
}

function label(text: string, x: number, y: number, anchor = 'middle', color = ink.quiet): string {
  if (text === '') return ''
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-family="system-ui, sans-serif" font-size="11" fill="${color}">${escapeMarkup(text)}</text>`
}

function round(pixels: number): number {
  return Math.round(pixels * 100) / 100
}
