import { useEffect, useRef, useState } from 'react'
import { formatNumber, formatTick } from '../run/show-run.ts'
import type { ChartData } from '@woolgather/workflow'
import { BarMarks, LineMarks } from './bars-and-lines.tsx'
import { HeatMap, heatMapHeight } from './heat-map.tsx'
import { labelWidth, margins, markColor, shorten, type Hovered, type Plot } from './plot.ts'
import { labelStep, rangeOf, ticksOf } from './scales.ts'
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
  const { least, greatest } = rangeOf(chart.means, chart.kind === 'bar')
  const ticks = ticksOf(least, greatest, height < 200 ? 3 : 5)
  const [bottom, top] = [ticks[0] ?? 0, ticks.at(-1) ?? 1]
  const names = chart.x?.values ?? ['']
  const room = { width: width - margins.left - margins.right, height: height - margins.top - margins.bottom }
  const bandWidth = room.width / names.length
  const plot: Plot = {
    ...room,
    band: (index) => ({ left: margins.left + index * bandWidth, width: bandWidth }),
    y: (value) => margins.top + room.height * (1 - (value - bottom) / (top - bottom)),
  }
  const every = labelStep(names.length, room.width, labelWidth(names))
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
      {names.map((name, at) => {
        const { left, width: band } = plot.band(at)
        return at % every === 0 ? (
          <text
            key={at}
            className="tick"
            x={left + band / 2}
            y={height - margins.bottom + 16}
            textAnchor="middle"
          >
            {shorten(name, Math.max(6, (bandWidth * every) / 6.5))}
          </text>
        ) : null
      })}
      <text className="axis-title" x={margins.left + room.width / 2} y={height - 6} textAnchor="middle">
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
