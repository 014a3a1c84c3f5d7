import { formatNumber } from '../run/show-run.ts'
import type { ChartData } from '@woolgather/workflow'
import { planHeatMap, type Hovered } from './plot.ts'

export interface HeatMapProps {
  chart: ChartData
  width: number
  height: number
  onHover: (hovered: Hovered) => void
}

/** A field of colour for each pair of values; the number is written in where there is room. */
export function HeatMap({ chart, width, height, onHover }: HeatMapProps) {
  const plan = planHeatMap(chart, width, height)
  return (
    <svg width={width} height={height} aria-hidden>
      {plan.fields.map((field) => (
        <g
          key={`${field.series} ${field.x}`}
          className="heat-cell"
          data-none={field.mean === null || undefined}
          style={{ '--part': field.part } as React.CSSProperties}
          onPointerEnter={() => onHover({ x: field.x, series: field.series })}
        >
          <rect x={field.left} y={field.top} width={field.width} height={field.height} rx={3} />
          {plan.written && field.mean !== null && (
            <text
              x={field.left + field.width / 2}
              y={field.top + field.height / 2}
              textAnchor="middle"
              dominantBaseline="central"
            >
              {formatNumber(field.mean)}
            </text>
          )}
        </g>
      ))}
      {plan.rowLabels.map(({ at, x, y, text }) => (
        <text key={at} className="tick" x={x} y={y} textAnchor="end" dominantBaseline="central">
          {text}
        </text>
      ))}
      {plan.columnLabels.map(({ at, x, text }) => (
        <text key={at} className="tick" x={x} y={plan.labelsY} textAnchor="middle">
          {text}
        </text>
      ))}
      <ColourScale y={plan.scaleY} least={plan.least} greatest={plan.greatest} />
      <text className="axis-title" x={plan.title.x} y={plan.title.y} textAnchor="middle">
        {plan.title.text}
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
