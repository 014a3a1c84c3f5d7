import { documentLimits } from '../document/document.ts'
import type { Issue } from '../issues/issues.ts'
import type { ExpandedLink, ExpandedNode, ExpandedNodes } from './expand-nodes.ts'
import { numberAxes, type NumberedAxes } from './number-axes.ts'
import type { PlanLink, PlanZone } from './plan.ts'
import { bodiesOf } from './zone-bodies.ts'

/**
 * Gives every plan node the axes its cells range over: the union over its inputs, less what collecting inputs take.
 * A loop ranges over whatever reaches its body and is not collected there; as that is known only after the body was
 * looked at, passes repeat until nothing changes, at most once more per level of nesting.
 */
export function assignAxes(expanded: ExpandedNodes): Placing | { issue: Issue } {
  const placing = beginPlacing(expanded)
  for (let changed = true; changed;) {
    changed = false
    for (const node of expanded.nodes) {
      const axes = axesFor(node, placing)
      if (axes.length > documentLimits.axes) return { issue: tooManyAxes(node, axes.length) }
      placing.axesOf[node.index] = axes
    }
    for (const zone of placing.numbered.zones.values()) if (widen(zone, placing)) changed = true
  }
  return placing
}

/** The axes of every node, and what they follow from. */
export interface Placing {
  nodes: readonly ExpandedNode[]
  numbered: NumberedAxes
  /** Number of each axis. */
  byId: ReadonlyMap<string, number>
  /** Axes of each node by its place. */
  axesOf: number[][]
  /** What each loop ranges over because of what reaches its body. */
  bases: Map<PlanZone, number[]>
  /** The innermost loop whose body a node is in, by its place. */
  bodies: ReadonlyMap<number, { start: number }>
}

function beginPlacing(expanded: ExpandedNodes): Placing {
  const { nodes, zones } = expanded
  const numbered = numberAxes(expanded)
  return {
    nodes,
    numbered,
    byId: new Map(numbered.axes.map((axis) => [axis.id, axis.index])),
    axesOf: nodes.map(() => []),
    bases: new Map(),
    bodies: bodiesOf(nodes, zones),
  }
}

function tooManyAxes(node: ExpandedNode, count: number): Issue {
  return {
    code: 'too-many-cells',
    message: `\`${node.path}\` ranges over ${count} axes; at most ${documentLimits.axes} can cross.`,
    node: node.definedAt,
    hint: 'Align axes with matrix/zip, or collect some of them first (matrix/grid, matrix/join, matrix/best).',
  }
}

/** Axes that an axis lies within: those of its maker's cells. */
function withinOf(axis: number, { numbered, axesOf }: Placing): number[] {
  return axesOf[(numbered.axes[axis] as { maker: number }).maker] as number[]
}

/** Lets a loop range over what reached its end; whether that is more than before. */
function widen(zone: PlanZone, placing: Placing): boolean {
  const reached = placing.axesOf[zone.step] as number[]
  const base = placing.bases.get(zone) ?? []
  const own = new Set([...madeInside(zone, placing), zone.axis])
  const wider = union(base, without(reached, own))
  placing.bases.set(zone, wider)
  return wider.length > base.length
}

/** Axes that reach the end of a loop although they exist only within one iteration. */
export function madeInside(zone: PlanZone, placing: Placing): number[] {
  const reached = placing.axesOf[zone.step] as number[]
  return reached.filter((axis) => withinOf(axis, placing).includes(zone.axis))
}

/** The axes of a node by those of what it reads. */
function axesFor(node: ExpandedNode, placing: Placing): number[] {
  const zone = node.zone && placing.numbered.zones.get(node.zone)
  const found = union(
    ...node.links.map((link) => {
      const { axes, keeps } = placeLink(node, link, placing)
      return keeps ?? axes
    }),
  )
  if (zone === undefined) return found
  const outside = node.role === 'zone-init' ? found : (placing.axesOf[zone.init] as number[])
  const base = union(placing.bases.get(zone) ?? [], outside)
  return node.role === 'zone-init' || node.role === 'zone-end' ? base : union(found, union(base, [zone.axis]))
}

/** The axes that a link's value ranges over, and those left where the input collects. */
export function placeLink(
  node: ExpandedNode,
  { source, spreads, collects }: ExpandedLink,
  placing: Placing,
): Pick<PlanLink, 'spread' | 'axes' | 'keeps'> {
  const spread = spreads ? placing.numbered.made.get(source) : undefined
  const read = placing.axesOf[source] as number[]
  const axes = spread === undefined ? read : union(read, [spread])
  return { spread, axes, keeps: collects ? keptAxes(node, axes, placing) : undefined }
}

/**
 * What a collecting input leaves: the axes not named, or none. Inside a loop the loop's own coordinate is always left,
 * so that an iteration sees only what was swept within it; and an axis goes with those that lie within it.
 */
function keptAxes(node: ExpandedNode, axes: readonly number[], placing: Placing): number[] {
  const body = placing.bodies.get(node.index)
  const fixed = new Set(body === undefined ? [] : placing.axesOf[body.start])
  const named = namedAxes(node, placing.byId)
  const taken = new Set(axes.filter((axis) => !fixed.has(axis) && (named === undefined || named.has(axis))))
  for (const axis of axes) {
    if (withinOf(axis, placing).some((outer) => taken.has(outer))) taken.add(axis)
  }
  return axes.filter((axis) => !taken.has(axis))
}

function namedAxes(node: ExpandedNode, byId: ReadonlyMap<string, number>): Set<number> | undefined {
  const input = node.description.reduces
  const names = input === undefined ? [] : axisNames(node.literals[input])
  if (names.length === 0) return undefined
  const prefix = node.path.slice(0, node.path.lastIndexOf('/') + 1)
  return new Set(names.flatMap((name) => byId.get(prefix + name) ?? []))
}

/** Names of axes in a literal: a list, or text separated by commas. */
export function axisNames(literal: unknown): string[] {
  const names = Array.isArray(literal)
    ? literal.map(String)
    : typeof literal === 'string'
      ? literal.split(',')
      : []
  return names.map((name) => name.trim()).filter((name) => name !== '')
}

/** Ascending. The same list where there is only one that is not empty, as most nodes have. */
export function union(...lists: readonly number[][]): number[] {
  const filled = lists.filter((list) => list.length > 0)
  const first = filled[0] ?? []
  if (filled.every((list) => list === first)) return first
  return [...new Set(filled.flat())].sort((x, y) => x - y)
}

function without(a: readonly number[], b: ReadonlySet<number>): number[] {
  return a.filter((item) => !b.has(item))
}
