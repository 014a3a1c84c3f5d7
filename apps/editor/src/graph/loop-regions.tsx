import { useStore, ViewportPortal, type ReactFlowState } from '@xyflow/react'
import { useCallback, useMemo } from 'react'
import { linksInto } from '../document/inputs-of.ts'
import { useServer, useStructure } from '../store/editor-context.ts'
import { familyStyle } from '../ui/family-style.ts'
import type { Box } from '../layout/free-place.ts'
import { findLoopBodies, type LoopBody } from './loop-bodies.ts'
import './loop-regions.css'

/** Air around the nodes of a loop, and width of the bands along its links, in graph units. */
const air = 22
const band = 56

/** The loops of the graph as coloured regions behind their nodes. */
export function LoopRegions() {
  const nodes = useStructure()
  const types = useServer((state) => state.byType)
  const bodies = useMemo(() => findLoopBodies(nodes, types), [nodes, types])
  if (bodies.length === 0) return null
  return (
    <ViewportPortal>
      {bodies.map((body, at) => (
        <LoopRegion key={body.end} body={body} shade={at} />
      ))}
    </ViewportPortal>
  )
}

/** Rectangles around the nodes and bands along the links between them, drawn as one shape. */
function LoopRegion({ body, shade }: { body: LoopBody; shade: number }) {
  const nodes = useStructure()
  const types = useServer((state) => state.byType)
  const boxes = useBoxes(body.nodes)
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

/** Where nodes are and how large, as React Flow measured them. */
function useBoxes(ids: readonly string[]): ReadonlyMap<string, Box> {
  const flat = useStore(
    useCallback(
      ({ nodeLookup }: ReactFlowState) =>
        ids.flatMap((id) => {
          const node = nodeLookup.get(id)
          const { width, height } = node?.measured ?? {}
          return node && width !== undefined && height !== undefined
            ? [id, node.position.x, node.position.y, width, height]
            : []
        }),
      [ids],
    ),
    sameItems,
  )
  return useMemo(() => {
    const boxes = new Map<string, Box>()
    for (let at = 0; at < flat.length; at += 5) {
      const [id, x, y, width, height] = flat.slice(at, at + 5) as [string, number, number, number, number]
      boxes.set(id, { x, y, width, height })
    }
    return boxes
  }, [flat])
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, at) => item === b[at])
}
