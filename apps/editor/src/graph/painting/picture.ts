import type { NodeDescription, Place, PortType, WorkflowNode } from '@woolgather/workflow'
import type { Box } from '../../layout/free-place.ts'
import { portHeight } from '../../node/sketch-ports.ts'
import type { CellStatus } from '../../run/run-state.ts'
import type { Boxes } from '../../layout/seen-area.ts'
import { boxOfCurve, distanceTo, linkCurves, type Curve } from './link-curve.ts'

/** A link as React Flow has it. */
export interface PaintedLink {
  id: string
  source: string
  target: string
  sourceHandle?: string | null
  targetHandle?: string | null
  data?: { type: PortType; points: readonly Place[] }
}

/** What is painted at a place. */
export interface Found {
  node?: string | undefined
  link?: string | undefined
}

/** Everything that is painted of a very large graph; positions are in graph units. */
export interface Picture {
  boxes: Boxes
  nodes: Readonly<Record<string, WorkflowNode>>
  types: ReadonlyMap<string, NodeDescription>
  /** Links that are no elements of the page. */
  links: readonly PaintedLink[]
  /** Nodes that are elements of the page, drawn in full: they are not painted. */
  full: ReadonlySet<string>
  selectedNodes: ReadonlySet<string>
  selectedLinks: ReadonlySet<string>
  statuses: ReadonlyMap<string, CellStatus>
}

/** Whether the same would be painted. What is drawn in full may move, as long as no painted link ends there. */
export function samePicture(a: Picture, b: Picture): boolean {
  const { boxes: before, ...restBefore } = a
  const { boxes: now, ...rest } = b
  const keys = Object.keys(rest) as (keyof typeof rest)[]
  // Nodes are read together with their boxes: another place is another node.
  if (keys.some((key) => key !== 'nodes' && rest[key] !== restBefore[key])) return false
  if (before.size !== now.size) return false
  const moved: string[] = []
  for (const [id, box] of now)
    if (before.get(id) !== box || a.nodes[id] !== b.nodes[id]) {
      if (!b.full.has(id)) return false
      moved.push(id)
    }
  return (
    moved.length === 0 ||
    b.links.every(({ source, target }) => !moved.includes(source) && !moved.includes(target))
  )
}

/** The curves of a painted link; none where one of its ends is not known. */
export function curvesOf({ boxes, nodes, types }: Picture, link: PaintedLink): Curve[] {
  const [from, to] = [boxes.get(link.source), boxes.get(link.target)]
  const [source, target] = [nodes[link.source], nodes[link.target]]
  if (!from || !to || !source || !target) return []
  const output = portHeight(source, types.get(source.type)?.outputs, link.sourceHandle ?? '', 0)
  const input = portHeight(target, types.get(target.type)?.inputs, link.targetHandle ?? '', 0)
  return linkCurves(
    { x: from.x + from.width, y: from.y + output },
    { x: to.x, y: to.y + input },
    link.data?.points ?? [],
  )
}

/** The node at a place: the one on top, where several are. */
export function nodeAt(
  { boxes, selectedNodes }: Pick<Picture, 'boxes' | 'selectedNodes'>,
  place: Place,
): string | undefined {
  let found: string | undefined
  for (const [id, box] of boxes)
    if (holds(box, place) && (found === undefined || selectedNodes.has(id) || !selectedNodes.has(found)))
      found = id
  return found
}

/** The painted link that comes nearest to a place, `within` so many graph units. */
export function linkAt(picture: Picture, place: Place, within: number): string | undefined {
  let found: string | undefined
  let nearest = within
  for (const link of picture.links)
    for (const curve of curvesOf(picture, link)) {
      if (!holds(widen(boxOfCurve(curve), within), place)) continue
      const distance = distanceTo(curve, place)
      if (distance > nearest) continue
      nearest = distance
      found = link.id
    }
  return found
}

function holds({ x, y, width, height }: Box, place: Place): boolean {
  return place.x >= x && place.y >= y && place.x <= x + width && place.y <= y + height
}

function widen({ x, y, width, height }: Box, by: number): Box {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by }
}
