import type { ChartData } from '@woolgather/workflow'
import { barAt, lineOf, markColor, type Hovered, type Plot } from './plot.ts'

export interface MarksProps {
  chart: ChartData
  plot: Plot
  hovered: Hovered | undefined
  onHover: (hovered: Hovered) => void
}

export function BarMarks({ chart, plot, hovered, onHover }: MarksProps) {
  return chart.means.map((row, series) =>
    row.map((mean, x) =>
      mean === null ? null : (
        <rect
          key={`${series} ${x}`}
          className="bar-mark"
          data-hovered={(hovered?.x === x && hovered.series === series) || undefined}
          {...barAt(chart, plot, series, x, mean)}
          rx={2}
          fill={markColor(series)}
          onPointerEnter={() => onHover({ x, series })}
        />
      ),
    ),
  )
}

export function LineMarks({ chart, plot, hovered, onHover }: MarksProps) {
  const middle = (x: number): number => plot.band(x).left + plot.band(x).width / 2
  return chart.means.map((row, series) => (
    <g key={series} stroke={markColor(series)} fill={markColor(series)}>
      <path className="line-mark" d={lineOf(row, plot)} />
      {row.map((mean, x) =>
        mean === null ? null : (
          <g key={x} onPointerEnter={() => onHover({ x, series })}>
            <circle className="hover-area" cx={middle(x)} cy={plot.y(mean)} r={12} />
            <circle
              cx={middle(x)}
              cy={plot.y(mean)}
              r={hovered?.x === x && hovered.series === series ? 5.5 : 3.5}
            />
          </g>
        ),
      )}
    </g>
  ))
}
