import { formatNumber } from '../run/show-run.ts'
import type { ChartData } from '../results/value-kind.ts'
import { labelWidth, shorten, type Hovered } from './plot.ts'
import { labelStep, rangeOf } from './scales.ts'

/** Room for the labels at the left and below, in pixels. */
const left = 92
const bottom = 42
const top = 6
const right = 8

export interface HeatMapProps {
  chart: ChartData
  width: number
  height: number
  onHover: (hovered: Hovered) => void
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
  const everyRow = labelStep(rows.length, height - top - bottom, 15)
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
      <text className="axis-title" x={left + (width - left - right) / 2} y={height - 6} textAnchor="middle">
        {[chart.x?.label, chart.series && `by ${chart.series.label}`].filter(Boolean).join(' ')}
      </text>
    </svg>
  )
}
