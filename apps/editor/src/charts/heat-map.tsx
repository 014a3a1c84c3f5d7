import { formatNumber } from '../run/show-run.ts'
import type { ChartData } from '@woolgather/workflow'
import { labelWidth, shorten, type Hovered } from './plot.ts'
import { labelStep, rangeOf } from './scales.ts'

/** Room for the labels at the left and below, in pixels. */
const left = 92
const bottom = 42
/** Room that a row's label needs, up to a number of rows that still fit a node. */
const rowHeight = 15
const mostRows = 24
const top = 6
const right = 8

export interface HeatMapProps {
  chart: ChartData
  width: number
  height: number
  onHover: (hovered: Hovered) => void
}

/** Pixels that a heat map wants, so that no row is without its label. */
export function heatMapHeight({ means }: ChartData): number {
  return top + bottom + rowHeight * Math.min(means.length, mostRows)
}

/** A field of colour for each pair of values; the number is written in where there is room. */
export function HeatMap({ chart, width, height, onHover }: HeatMapProps) {
  const columns = chart.x?.values ?? ['']
  const rows = chart.series?.values ?? ['']
  const cellWidth = (width - left - right) / columns.length
  const cellHeight = (height - top - bottom) / rows.length
  const { least, greatest } = rangeOf(chart.means, false)
  const part = (mean: number): number => (greatest > least ? (mean - least) / (greatest - least) : 0.5)
  const written = cellWidth > 38 && cellHeight > 16
  const everyColumn = labelStep(columns.length, width - left - right, labelWidth(columns))
  const everyRow = labelStep(rows.length, height - top - bottom, rowHeight)
  return (
    <svg width={width} height={height} aria-hidden>
      {chart.means.map((row, series) =>
        row.map((mean, x) => (
          <g
            key={`${series} ${x}`}
            className="heat-cell"
            data-none={mean === null || undefined}
            style={{ '--part': mean === null ? 0 : part(mean) } as React.CSSProperties}
            onPointerEnter={() => onHover({ x, series })}
          >
            <rect
              x={left + x * cellWidth + 1}
              y={top + series * cellHeight + 1}
              width={Math.max(1, cellWidth - 2)}
              height={Math.max(1, cellHeight - 2)}
              rx={3}
            />
            {written && mean !== null && (
              <text
                x={left + (x + 0.5) * cellWidth}
                y={top + (series + 0.5) * cellHeight}
                textAnchor="middle"
                dominantBaseline="central"
              >
                {formatNumber(mean)}
              </text>
            )}
          </g>
        )),
      )}
      {rows.map((name, at) =>
        at % everyRow === 0 ? (
          <text
            key={at}
            className="tick"
            x={left - 8}
            y={top + (at + 0.5) * cellHeight}
            textAnchor="end"
            dominantBaseline="central"
          >
            {shorten(name, 13)}
          </text>
        ) : null,
      )}
      {columns.map((name, at) =>
        at % everyColumn === 0 ? (
          <text
            key={at}
            className="tick"
            x={left + (at + 0.5) * cellWidth}
            y={height - bottom + 16}
            textAnchor="middle"
          >
            {shorten(name, Math.max(6, (cellWidth * everyColumn) / 6.5))}
          </text>
        ) : null,
      )}
      <ColourScale y={height - 27} least={least} greatest={greatest} />
      <text className="axis-title" x={left + (width - left - right) / 2} y={height - 6} textAnchor="middle">
        {[chart.x?.label, chart.series && `by ${chart.series.label}`].filter(Boolean).join(' ')}
      </text>
    </svg>
  )
}

/** What the palest and the fullest colour stand for. */
function ColourScale({ y, least, greatest }: { y: number; least: number; greatest: number }) {
  return (
    <g aria-hidden>
      {[0, 0.25, 0.5, 0.75, 1].map((part) => (
        <g key={part} className="heat-cell" style={{ '--part': part } as React.CSSProperties}>
          <rect x={8 + part * 40} y={y} width={10} height={8}>
            <title>{formatNumber(least + part * (greatest - least))}</title>
          </rect>
        </g>
      ))}
      <text className="tick" x={8} y={y + 21}>
        {`${formatNumber(least)} – ${formatNumber(greatest)}`}
      </text>
    </g>
  )
}
