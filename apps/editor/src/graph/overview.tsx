import { Panel, useReactFlow, useStore, useStoreApi, type ReactFlowState } from '@xyflow/react'
import { useEffect, useLayoutEffect, useRef, type PointerEvent } from 'react'
import type { NodeDescription, Place, WorkflowNode } from '@woolgather/workflow'
import type { Box } from '../layout/free-place.ts'
import { surround } from '../layout/surround.ts'
import { useServer, useStructure, useView } from '../store/editor-context.ts'
import { familyStyle } from '../ui/family-style.ts'
import { seenArea, type Boxes } from '../layout/seen-area.ts'
import { readColours, watchTheme } from './painting/colours.ts'
import { zoomLimits } from '../session/editing/show-all.ts'
import './overview.css'

/** A graph with more nodes than this is worth an overview. */
const overviewFrom = 12

/** In pixels. */
const size = { width: 200, height: 150 }
const air = 8

/** Milliseconds without a change before it is painted again. */
const restTime = 200

/** How a wheel changes the scale, by what it says it turned. */
const wheelSpeed = 0.002

export function Overview() {
  const boxes = useView((state) => state.boxes)
  return boxes.size < overviewFrom ? null : <OverviewMap boxes={boxes} />
}

/** The whole graph, painted when it changes; over it what is seen. Press or drag in it to go there, turn the wheel to zoom. */
function OverviewMap({ boxes }: { boxes: Boxes }) {
  const flow = useReactFlow()
  const map = useRef<HTMLDivElement>(null)
  const held = useRef(false)
  const fit = fitInto(surround(boxes.values()))
  useWheel(map)
  const goTo = (event: PointerEvent<HTMLElement>): void => {
    const { left, top } = event.currentTarget.getBoundingClientRect()
    const { x, y } = fit.toGraph({ x: event.clientX - left, y: event.clientY - top })
    void flow.setCenter(x, y, { zoom: flow.getZoom() })
  }
  return (
    <Panel position="bottom-right" className="react-flow__minimap">
      <div
        ref={map}
        className="overview nowheel nopan"
        role="img"
        aria-label="Overview of the graph"
        style={size}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          held.current = true
          goTo(event)
        }}
        onPointerMove={(event) => {
          if (held.current) goTo(event)
        }}
        onPointerUp={() => void (held.current = false)}
        onPointerCancel={() => void (held.current = false)}
      >
        <OverviewPicture boxes={boxes} fit={fit} />
        <Seen fit={fit} />
      </div>
    </Panel>
  )
}

interface Fit {
  scale: number
  toMap: (place: Place) => Place
  toGraph: (place: Place) => Place
}

/** Puts the graph into the middle of the map. */
function fitInto({ x, y, width, height }: Box): Fit {
  const scale = Math.min(
    (size.width - 2 * air) / Math.max(1, width),
    (size.height - 2 * air) / Math.max(1, height),
  )
  const left = (size.width - width * scale) / 2
  const top = (size.height - height * scale) / 2
  return {
    scale,
    toMap: (place) => ({ x: left + (place.x - x) * scale, y: top + (place.y - y) * scale }),
    toGraph: (place) => ({ x: x + (place.x - left) / scale, y: y + (place.y - top) / scale }),
  }
}

function OverviewPicture({ boxes, fit }: { boxes: Boxes; fit: Fit }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const nodes = useStructure()
  const types = useServer((state) => state.byType)
  const latest = useRef<() => void>(() => {})
  const painted = useRef(false)
  useLayoutEffect(() => {
    latest.current = () => canvas.current && paint(canvas.current, boxes, fit, nodes, types)
    // The first time at once; then at rest: while a node is dragged every move would paint all.
    if (!painted.current) latest.current()
    painted.current = true
    const timer = setTimeout(() => latest.current(), restTime)
    return () => clearTimeout(timer)
    // `fit` follows from the boxes.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [boxes, nodes, types])
  useEffect(() => watchTheme(() => latest.current()), [])
  return <canvas ref={canvas} style={size} aria-hidden />
}

function paint(
  canvas: HTMLCanvasElement,
  boxes: Boxes,
  fit: Fit,
  nodes: Readonly<Record<string, WorkflowNode>>,
  types: ReadonlyMap<string, NodeDescription>,
): void {
  const ratio = devicePixelRatio || 1
  canvas.width = size.width * ratio
  canvas.height = size.height * ratio
  const context = canvas.getContext('2d')
  if (!context) return
  const colours = readColours(canvas.parentElement ?? canvas)
  context.scale(ratio, ratio)
  for (const [id, box] of boxes) {
    const family = types.get(nodes[id]?.type ?? '')?.family
    const known =
      family === undefined ? 'var(--error)' : `oklch(var(--family-l) 0.09 ${familyStyle(family).hue})`
    context.fillStyle = colours.of(colours.forced ? 'CanvasText' : known)
    const { x, y } = fit.toMap(box)
    context.fillRect(x, y, Math.max(0.7, box.width * fit.scale), Math.max(0.7, box.height * fit.scale))
  }
}

const seenState = ({ transform, width, height }: ReactFlowState): string =>
  JSON.stringify([transform, width, height])

/** What is seen of the graph; the rest is dimmed. */
function Seen({ fit }: { fit: Fit }) {
  useStore(seenState)
  const area = seenArea(useStoreApi().getState(), 0)
  const { x, y } = fit.toMap(area)
  return (
    <div
      className="overview-seen"
      style={{
        transform: `translate(${x}px, ${y}px)`,
        width: area.width * fit.scale,
        height: area.height * fit.scale,
      }}
    />
  )
}

/** Zooms by the wheel, around the middle of what is seen. React listens to wheels passively: the page would scroll. */
function useWheel(map: { readonly current: HTMLElement | null }): void {
  const flow = useReactFlow()
  useEffect(() => {
    const element = map.current
    const turn = (event: WheelEvent): void => {
      event.preventDefault()
      const zoom = flow.getZoom() * Math.exp(-event.deltaY * wheelSpeed)
      void flow.zoomTo(Math.min(zoomLimits.most, Math.max(zoomLimits.least, zoom)))
    }
    element?.addEventListener('wheel', turn, { passive: false })
    return () => element?.removeEventListener('wheel', turn)
  }, [flow, map])
}
