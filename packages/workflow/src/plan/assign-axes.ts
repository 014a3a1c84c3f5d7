import { documentLimits } from '../document.ts'
import type { Issue } from '../issues.ts'
import type { ChosenTarget } from './choose-targets.ts'
import type { ExpandedNodes } from './expand-nodes.ts'
import type { Plan, PlanAxis, PlanLink, PlanNode, PlanTarget, PlanZone } from './plan.ts'
import { bodiesOf } from './zone-bodies.ts'

/**
 * Gives every plan node the axes its cells range over: the union over its inputs, less what collecting inputs take.
 * A loop ranges over whatever reaches its body and is not collected there; as that is known only after the body was
 * looked at, passes repeat until nothing changes, at most once more per level of nesting.
 */
export function assignAxes(
  expanded: ExpandedNodes,
  targets: readonly ChosenTarget[],
): { plan: Plan; issues?: undefined } | { plan?: undefined; issues: Issue[] } {
  const { nodes, zones } = expanded
  const axes = createAxes(nodes, zones)
  const zoneOf = bodiesOf(nodes, zones)
  const bases = new Map<PlanZone, number[]>(zones.map((zone) => [zone, []]))
  const byId = new Map(axes.map((axis) => [axis.id, axis.index]))
  const placing = { nodes, axes, bases, byId }
  for (let changed = true; changed;) {
    changed = false
    for (const node of nodes) {
      place(node, placing, zoneOf.get(node.index))
      if (node.axes.length > documentLimits.axes) return { issues: [tooManyAxes(node)] }
    }
    for (const zone of zones) {
      const step = nodes[zone.step] as PlanNode
      const inner = axesMadeInside(step, zone, axes)
      if (inner.length > 0) step.idle = { issue: escapes(step, inner) }
      const base = bases.get(zone) as number[]
      const own = new Set([...base, zone.axis, ...inner.map((axis) => axis.index)])
      if (step.axes.every((axis) => own.has(axis))) continue
      bases.set(
        zone,
        union(base, without(step.axes, new Set([zone.axis, ...inner.map(({ index }) => index)]))),
      )
      changed = true
    }
  }
  return { plan: { nodes, axes, targets: targets.flatMap((target) => placeTarget(target, expanded)) } }
}

function tooManyAxes(node: PlanNode): Issue {
  return {
    code: 'too-many-cells',
    message: `\`${node.path}\` ranges over ${node.axes.length} axes; at most ${documentLimits.axes} can cross.`,
    node: node.definedAt,
    hint: 'Align axes with matrix/zip, or collect some of them first (matrix/grid, matrix/join, matrix/best).',
  }
}

/** Axes that reach the end of a loop although they exist only within one iteration. */
function axesMadeInside(step: PlanNode, zone: PlanZone, axes: readonly PlanAxis[]): PlanAxis[] {
  return step.axes.map((i) => axes[i] as PlanAxis).filter((axis) => axis.within.includes(zone.axis))
}

function escapes(step: PlanNode, inner: PlanAxis[]): Issue {
  const names = inner.map((axis) => `\`${axis.id}\``).join(', ')
  return {
    code: 'invalid-zone',
    message: `The axis of ${names} is made in each iteration anew and reaches the end \`${step.path}\` uncollected.`,
    node: step.definedAt,
    hint: 'Collect it inside the loop (matrix/best, matrix/join, matrix/vote) before it reaches the end.',
  }
}

/** Axes are numbered in the order of their makers, so that each comes after those it lies within. */
function createAxes(nodes: PlanNode[], zones: PlanZone[]): PlanAxis[] {
  const axes: PlanAxis[] = []
  const iterations = new Map(zones.map((zone) => [zone.init, zone]))
  for (const node of nodes) {
    const zone = iterations.get(node.index)
    const spreads =
      node.description.outputs.some((output) => output.spreads) ||
      node.description.dynamicOutputs?.spreads === true
    if (zone === undefined && !(spreads && node.role === 'node')) continue
    const id = zone === undefined ? node.path : (nodes[zone.end] as PlanNode).path
    const kind = zone === undefined ? 'list' : 'iteration'
    const label = node.literals['label']
    const axis: PlanAxis = {
      index: axes.length,
      id,
      label: typeof label === 'string' && label !== '' ? label : id,
      kind,
      maker: node.index,
      within: [],
    }
    if (zone === undefined) node.makes = axis.index
    else zone.axis = axis.index
    axes.push(axis)
  }
  return axes
}

interface Placing {
  nodes: readonly PlanNode[]
  axes: readonly PlanAxis[]
  bases: ReadonlyMap<PlanZone, number[]>
  /** Number of each axis. */
  byId: ReadonlyMap<string, number>
}

/** @param body the innermost loop whose body the node is in */
function place(node: PlanNode, placing: Placing, body: PlanZone | undefined): void {
  const { nodes, axes, bases } = placing
  const reached: number[][] = []
  for (const link of node.links) {
    const source = nodes[link.source] as PlanNode
    if (link.spread !== undefined) link.spread = source.makes
    link.axes = link.spread === undefined ? source.axes : union(source.axes, [link.spread])
    if (link.keeps !== undefined) link.keeps = keptAxes(node, link, placing, body)
    reached.push(link.keeps ?? link.axes)
  }
  let found = union(...reached)
  const { zone } = node
  if (zone !== undefined) {
    const base = union(
      bases.get(zone) ?? [],
      node.role === 'zone-init' ? found : (nodes[zone.init] as PlanNode).axes,
    )
    if (node.role === 'zone-init' || node.role === 'zone-end') found = base
    else found = union(found, union(base, [zone.axis]))
  }
  node.axes = found
  const made = node.role === 'zone-init' ? zone?.axis : node.makes
  if (made !== undefined) (axes[made] as PlanAxis).within = found
}

/**
 * What a collecting input leaves: the axes not named, or none. Inside a loop the loop's own coordinate is always left,
 * so that an iteration sees only what was swept within it; and an axis goes with those that lie within it.
 */
function keptAxes(
  node: PlanNode,
  link: PlanLink,
  { nodes, axes, byId }: Placing,
  body: PlanZone | undefined,
): number[] {
  const fixed = new Set(body === undefined ? [] : (nodes[body.start] as PlanNode).axes)
  const named = namedAxes(node, byId)
  const taken = new Set(
    link.axes.filter((axis) => !fixed.has(axis) && (named === undefined || named.has(axis))),
  )
  for (const axis of link.axes) {
    if ((axes[axis] as PlanAxis).within.some((outer) => taken.has(outer))) taken.add(axis)
  }
  return link.axes.filter((axis) => !taken.has(axis))
}

function namedAxes(node: PlanNode, byId: ReadonlyMap<string, number>): Set<number> | undefined {
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

function placeTarget(target: ChosenTarget, { giver }: ExpandedNodes): PlanTarget[] {
  const node = giver(target.from, target.sourceOutput)
  if (node === undefined) return []
  const output = target.from.ports?.outputs.get(target.sourceOutput)
  const spread = output?.spreads === true ? node.makes : undefined
  return [
    {
      path: target.path,
      output: target.output,
      node: node.index,
      sourceOutput:
        node.role === 'zone-step' ? target.sourceOutput.replace(/^history\./, '') : target.sourceOutput,
      spread,
      axes: spread === undefined ? node.axes : union(node.axes, [spread]),
    },
  ]
}

/** Ascending. The same list where there is only one that is not empty, as most nodes have. */
function union(...lists: readonly number[][]): number[] {
  const filled = lists.filter((list) => list.length > 0)
  const first = filled[0] ?? []
  if (filled.every((list) => list === first)) return first
  return [...new Set(filled.flat())].sort((x, y) => x - y)
}

function without(a: readonly number[], b: ReadonlySet<number>): number[] {
  return a.filter((item) => !b.has(item))
}
