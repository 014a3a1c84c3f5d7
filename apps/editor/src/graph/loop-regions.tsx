import { ViewportPortal } from '@xyflow/react'
import { useMemo } from 'react'
import type { WorkflowNode } from '@woolgather/workflow'
import { linksInto } from '../document/inputs-of.ts'
import { useServer, useView } from '../store/editor-context.ts'
import type { ViewState } from '../store/view-store.ts'
import { familyStyle } from '../ui/family-style.ts'
import type { Box } from '../layout/free-place.ts'
import { findLoopBodies, type LoopBody } from './loop-bodies.ts'
import './loop-regions.css'

/** Air around the nodes of a loop, and width of the bands along its links, in graph units. */
const air = 22
const band = 56

type Nodes = Readonly<Record<string, WorkflowNode>>

/** The loops of the graph as coloured regions behind their nodes. `nodes` as they are linked. */
export function LoopRegions({ nodes }: { nodes: Nodes }) {
  const types = useServer((state) => state.byType)
  const bodies = useMemo(() => findLoopBodies(nodes, types), [nodes, types])
  if (bodies.length === 0) return null
  return (
    <ViewportPortal>
      {bodies.map((body, at) => (
        <LoopRegion key={body.end} nodes={nodes} body={body} shade={at} />
      ))}
    </ViewportPortal>
  )
}

/** Rectangles around the nodes and bands along the links between them, drawn as one shape. */
function LoopRegion({ nodes, body, shade }: { nodes: Nodes; body: LoopBody; shade: number }) {
  const types = useServer((state) => state.byType)
  const boxes = useBoxesOf(body.nodes)
  const start = boxes.get(body.start)
  if (!start || boxes.size < body.nodes.length) return null
  const all = [...boxes.values()]
  const left = Math.min(...all.map(({ x }) => x)) - air
  const top = Math.min(...all.map(({ y }) => y)) - air
  const right = Math.max(...all.map(({ x, width }) => x + width)) + air
  const bottom = Math.max(...all.map(({ y, height }) => y + height)) + air
  const links = body.nodes.flatMap((target) =>
    Object.keys(nodes[target]?.links ?? {}).flatMap((input) =>
      linksInto(nodes[target]!, input).flatMap(([source]) => {
        const [from, to] = [boxes.get(source), boxes.get(target)]
        return from && to && target !== body.start ? [linkPath(from, to)] : []
      }),
    ),
  )
  const hue = familyStyle(types.get(nodes[body.end]?.type ?? '')?.family ?? '').hue
  const title = nodes[body.end]?.view?.title ?? 'Loop'
  return (
    <div
      className="loop-region"
      style={
        {
          left,
          top,
          width: right - left,
          height: bottom - top,
          '--family': (hue + shade * 70) % 360,
        } as React.CSSProperties
      }
    >
      <svg
        width={right - left}
        height={bottom - top}
        viewBox={`${left} ${top} ${right - left} ${bottom - top}`}
        aria-hidden
      >
        <g>
          {links.map((path, at) => (
            <path key={at} d={path} strokeWidth={band} />
          ))}
          {all.map(({ x, y, width, height }, at) => (
            <rect
              key={at}
              x={x - air}
              y={y - air}
              width={width + 2 * air}
              height={height + 2 * air}
              rx={air}
            />
          ))}
        </g>
      </svg>
      <span className="loop-title" style={{ left: start.x - left, top: start.y - top - air + 4 }}>
        {title}
      </span>
    </div>
  )
}

function linkPath(from: Box, to: Box): string {
  const [x1, y1] = [from.x + from.width, from.y + Math.min(60, from.height / 2)]
  const [x2, y2] = [to.x, to.y + Math.min(60, to.height / 2)]
  const bend = Math.max(40, Math.abs(x2 - x1) / 2)
  return `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`
}

/** Where these nodes are and how large: the same map while none of them moves. */
function useBoxesOf(ids: readonly string[]): ReadonlyMap<string, Box> {
  return useView(
    useMemo(() => {
      let last: ReadonlyMap<string, Box> = new Map()
      return ({ boxes }: ViewState) => {
        const now = ids.flatMap((id) => boxes.get(id) ?? [])
        if (!sameItems([...last.values()], now))
          last = new Map(ids.flatMap((id) => (boxes.has(id) ? [[id, boxes.get(id)!]] : [])))
        return last
      }
    }, [ids]),
  )
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, at) => item === b[at])
}
