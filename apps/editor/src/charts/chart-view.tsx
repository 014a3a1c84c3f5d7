import { useEffect, useRef, useState } from 'react'
import { formatNumber, formatTick } from '../run/show-run.ts'
import type { ChartData } from '@woolgather/workflow'
import { BarMarks, LineMarks } from './bars-and-lines.tsx'
import { HeatMap } from './heat-map.tsx'
import { heatMapHeight, margins, markColor, planPlot, type Hovered } from './plot.ts'
import './charts.css'

/** A chart as SVG: scales with its box, takes its colours from the theme, and says its numbers to who cannot see it. */
export function ChartView({ chart, label }: { chart: ChartData; label: string }) {
  const box = useRef<HTMLDivElement>(null)
  const size = useSize(box)
  const [hovered, setHovered] = useState<Hovered>()
  const series = chart.series?.values ?? ['']
  const mean = hovered && chart.means[hovered.series]?.[hovered.x]
  return (
    <figure className="chart" aria-label={chart.title || label}>
      {chart.title !== '' && <figcaption>{chart.title}</figcaption>}
      <div
        ref={box}
        className="chart-box"
        style={roomFor(chart)}
        onPointerLeave={() => setHovered(undefined)}
      >
        {size && chart.kind === 'heatmap' && <HeatMap chart={chart} {...size} onHover={setHovered} />}
        {size && chart.kind !== 'heatmap' && (
          <Frame chart={chart} {...size} hovered={hovered} onHover={setHovered} />
        )}
      </div>
      <p className="chart-reading" aria-hidden>
        {hovered
          ? `${chart.x ? `${chart.x.label} ${chart.x.values[hovered.x] ?? ''}` : ''}${chart.series ? ` · ${chart.series.label} ${series[hovered.series] ?? ''}` : ''}: ${mean == null ? 'no number' : formatNumber(mean)}${(chart.counts[hovered.series]?.[hovered.x] ?? 0) > 1 ? ` (mean of ${chart.counts[hovered.series]?.[hovered.x]})` : ''}`
          : ''}
      </p>
      {chart.kind !== 'heatmap' && chart.series && (
        <ul className="chart-legend" aria-label={chart.series.label}>
          {chart.series.values.map((name, at) => (
            <li key={at} style={{ '--mark': markColor(at) } as React.CSSProperties}>
              {chart.series?.label} {name}
            </li>
          ))}
        </ul>
      )}
      <NumbersTable chart={chart} />
    </figure>
  )
}

/** A heat map of many rows grows, so that each keeps its label. */
function roomFor(chart: ChartData): React.CSSProperties {
  return chart.kind === 'heatmap' ? { minHeight: heatMapHeight(chart) } : {}
}

function Frame({
  chart,
  width,
  height,
  hovered,
  onHover,
}: {
  chart: ChartData
  width: number
  height: number
  hovered: Hovered | undefined
  onHover: (hovered: Hovered) => void
}) {
  const { plot, ticks, labels } = planPlot(chart, width, height)
  const Marks = chart.kind === 'bar' ? BarMarks : LineMarks
  return (
    <svg width={width} height={height} aria-hidden>
      {ticks.map((tick) => (
        <g key={tick}>
          <line
            className={tick === 0 ? 'grid-line zero' : 'grid-line'}
            x1={margins.left}
            x2={width - margins.right}
            y1={plot.y(tick)}
            y2={plot.y(tick)}
          />
          <text
            className="tick"
            x={margins.left - 8}
            y={plot.y(tick)}
            textAnchor="end"
            dominantBaseline="central"
          >
            {formatTick(tick)}
          </text>
        </g>
      ))}
      {labels.map(({ at, x, text }) => (
        <text key={at} className="tick" x={x} y={height - margins.bottom + 16} textAnchor="middle">
          {text}
        </text>
      ))}
      <text className="axis-title" x={margins.left + plot.width / 2} y={height - 6} textAnchor="middle">
        {chart.x?.label}
      </text>
      <Marks chart={chart} plot={plot} hovered={hovered} onHover={onHover} />
    </svg>
  )
}

/** The same numbers as a table, for screen readers. */
function NumbersTable({ chart }: { chart: ChartData }) {
  return (
    <table className="visually-hidden">
      <caption>{chart.title}</caption>
      <thead>
        <tr>
          <th>{chart.series?.label}</th>
          {(chart.x?.values ?? ['value']).map((name, at) => (
            <th key={at}>
              {chart.x?.label} {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {chart.means.map((row, at) => (
          <tr key={at}>
            <th>{chart.series?.values[at] ?? ''}</th>
            {row.map((mean, x) => (
              <td key={x}>{mean === null ? 'no number' : formatNumber(mean)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function useSize(box: React.RefObject<HTMLDivElement | null>): { width: number; height: number } | undefined {
  const [size, setSize] = useState<{ width: number; height: number }>()
  useEffect(() => {
    if (!box.current) return
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect
      setSize({ width: Math.max(160, width), height: Math.max(120, height) })
    })
    observer.observe(box.current)
    return () => observer.disconnect()
  }, [box])
  return size
}
