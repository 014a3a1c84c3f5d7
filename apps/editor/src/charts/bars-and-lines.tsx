import type { ChartData } from '@woolgather/workflow'
import { markColor, type Hovered, type Plot } from './plot.ts'

export interface MarksProps {
  chart: ChartData
  plot: Plot
  hovered: Hovered | undefined
  onHover: (hovered: Hovered) => void
}

/** Bars of one x value stand side by side, a series each. */
export function BarMarks({ chart, plot, hovered, onHover }: MarksProps) {
  return chart.means.map((row, series) =>
    row.map((mean, x) => {
      if (mean === null) return null
      const { left, width } = plot.band(x)
      const each = Math.min((width * 0.76) / chart.means.length, 48)
      const start = left + width / 2 - (each * chart.means.length) / 2
      const [top, bottom] = [plot.y(Math.max(0, mean)), plot.y(Math.min(0, mean))]
      return (
        <rect
          key={`${series} ${x}`}
          className="bar-mark"
          data-hovered={(hovered?.x === x && hovered.series === series) || undefined}
          x={start + series * each + 1}
          y={top}
          width={Math.max(1, each - 2)}
          height={Math.max(1, bottom - top)}
          rx={2}
          fill={markColor(series)}
          onPointerEnter={() => onHover({ x, series })}
        />
      )
    }),
  )
}

/** A line per series, broken where there is no number. */
export function LineMarks({ chart, plot, hovered, onHover }: MarksProps) {
  const middle = (x: number): number => plot.band(x).left + plot.band(x).width / 2
  return chart.means.map((row, series) => (
    <g key={series} stroke={markColor(series)} fill={markColor(series)}>
      <path className="line-mark" d={pathOf(row, middle, plot.y)} />
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

function pathOf(
  row: readonly (number | null)[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  let path = ''
  let open = false
  row.forEach((mean, at) => {
    if (mean !== null) path += `${open ? 'L' : 'M'}${x(at)},${y(mean)}`
    open = mean !== null
  })
  return path
}
