import type { Issue } from '../issues/issues.ts'
import { madeInside, placeLink, union, type Placing } from './assign-axes.ts'
import type { ChosenTarget } from './choose-targets.ts'
import type { ExpandedLink, ExpandedNode, ExpandedNodes } from './expand-nodes.ts'
import type { NumberedAxes } from './number-axes.ts'
import type { Plan, PlanLink, PlanNode, PlanTarget } from './plan.ts'

/** The plan, now that the axes of every node are known. */
export function buildPlan(
  { nodes: expanded, giver }: ExpandedNodes,
  placing: Placing,
  targets: readonly ChosenTarget[],
): Plan {
  const { numbered, axesOf } = placing
  const nodes = expanded.map((node) => buildNode(node, placing))
  return {
    nodes,
    axes: numbered.axes.map((axis) => ({ ...axis, within: axesOf[axis.maker] as number[] })),
    targets: targets.flatMap((target) => placeTarget(target, nodes, giver)),
  }
}

function buildNode(node: ExpandedNode, placing: Placing): PlanNode {
  const { numbered, axesOf } = placing
  const zone = node.zone && numbered.zones.get(node.zone)
  const escaping = zone !== undefined && node.role === 'zone-step' ? madeInside(zone, placing) : []
  const { index, path, definedAt, type, role, description, literals, lazy, readers } = node
  // field by field: spreading costs more than all else here, and there may be a hundred thousand
  const built: PlanNode = {
    index,
    path,
    definedAt,
    type,
    role,
    description,
    literals,
    links: node.links.map((link) => buildLink(node, link, placing)),
    axes: axesOf[index] as number[],
    makes: numbered.made.get(index),
    zone,
    idle: escaping.length === 0 ? node.idle : { issue: escapes(node, escaping, numbered) },
    lazy,
  }
  if (readers !== undefined) built.readers = readers
  return built
}

function buildLink(node: ExpandedNode, link: ExpandedLink, placing: Placing): PlanLink {
  const { input, position, source, output, type, to, lazy } = link
  const { spread, keeps, axes } = placeLink(node, link, placing)
  return { input, position, source, output, type, to, lazy, spread, keeps, axes }
}

function escapes(step: ExpandedNode, inner: readonly number[], { axes }: NumberedAxes): Issue {
  const names = inner.map((axis) => `\`${axes[axis]?.id}\``).join(', ')
  return {
    code: 'invalid-zone',
    message: `The axis of ${names} is made in each iteration anew and reaches the end \`${step.path}\` uncollected.`,
    node: step.definedAt,
    hint: 'Collect it inside the loop (matrix/best, matrix/join, matrix/vote) before it reaches the end.',
  }
}

function placeTarget(
  target: ChosenTarget,
  nodes: readonly PlanNode[],
  giver: ExpandedNodes['giver'],
): PlanTarget[] {
  const given = giver(target.from, target.sourceOutput)
  const node = given && nodes[given.index]
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
