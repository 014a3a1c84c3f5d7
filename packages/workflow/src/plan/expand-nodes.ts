import type { NodeDescription } from '../types/description.ts'
import type { Issue } from '../issues/issues.ts'
import { outputOf } from '../types/ports-of.ts'
import { draftNodes, giverOf, readsLinks, type Draft, type Drafts, type DraftZone } from './draft-nodes.ts'
import type { FlatLink, FlatNode } from './flat-graph.ts'
import type { NeededNodes } from './keep-needed.ts'
import { orderDrafts } from './order-drafts.ts'
import type { PlanLink, PlanNode, PlanZone } from './plan.ts'
import { loopsTooDeep } from './zone-bodies.ts'

/** A plan node as far as it is known before the axes are. */
export interface ExpandedNode extends Omit<PlanNode, 'links' | 'axes' | 'makes' | 'zone'> {
  links: ExpandedLink[]
  zone: ExpandedZone | undefined
}

export interface ExpandedLink extends Omit<PlanLink, 'spread' | 'keeps' | 'axes'> {
  /** Whether the output is spread along the axis of its node. */
  spreads: boolean
  /** Whether the input takes the labelled whole. */
  collects: boolean
}

export type ExpandedZone = Omit<PlanZone, 'axis'>

/** Nodes in running order, and which of them gives each output of a flat node. */
export interface ExpandedNodes {
  nodes: readonly ExpandedNode[]
  zones: readonly ExpandedZone[]
  giver: (flat: FlatNode, output: string) => ExpandedNode | undefined
}

/** One node for each and two for each end of a loop, in an order in which each comes after what it reads. */
export function expandNodes(needed: NeededNodes, issues: readonly Issue[]): ExpandedNodes | { issue: Issue } {
  const drafts = draftNodes(needed)
  const ordered = orderDrafts(drafts)
  if ('tooDeep' in ordered) return { issue: loopsTooDeep(ordered.tooDeep.flat.path) }
  const order = [...ordered.order, ...ordered.rest]
  const places: number[] = []
  for (let place = 0; place < order.length; place++) places[(order[place] as Draft).number] = place
  const placeOf = (draft: Draft): number => places[draft.number] as number
  const zones = new Map(drafts.zones.map((zone) => [zone, placeZone(zone, placeOf)]))
  const problems = new Map(issues.flatMap((issue) => (issue.node === undefined ? [] : [[issue.node, issue]])))
  const cyclic = new Set(ordered.rest)
  const nodes = order.map((draft, index): ExpandedNode => {
    const { flat, role, lazy, zone } = draft
    const idle = cyclic.has(draft) ? { issue: cycleIssue(flat) } : idleFor(flat, problems)
    const reads = idle === undefined && readsLinks(draft)
    const node: ExpandedNode = {
      index,
      path: flat.path,
      definedAt: flat.definedAt,
      type: flat.node.type,
      role,
      description: flat.description ?? unknownType,
      literals: flat.literals,
      links: reads ? flat.links.flatMap((link) => linkOf(draft, link, drafts.givers, placeOf)) : [],
      zone: zone && zones.get(zone),
      idle,
      lazy,
    }
    if (flat.readers !== undefined) node.readers = flat.readers
    return node
  })
  return {
    nodes,
    zones: [...zones.values()],
    giver(flat, output) {
      const draft = giverOf(drafts.givers, flat, output)
      return draft && nodes[placeOf(draft)]
    },
  }
}

const unknownType: NodeDescription = {
  type: '',
  version: 1,
  title: '',
  description: '',
  family: '',
  inputs: [],
  outputs: [],
}

/** Why a node will not run, so far. */
function idleFor(flat: FlatNode, problems: ReadonlyMap<string, Issue>): PlanNode['idle'] {
  const problem = problems.get(flat.definedAt)
  if (problem !== undefined) return { issue: problem }
  if (flat.skipped !== undefined) return { skipped: flat.skipped }
  return flat.description === undefined ? { issue: unknownTypeIssue(flat) } : undefined
}

function linkOf(
  { flat }: Draft,
  { input, position, from, output }: FlatLink,
  givers: Drafts['givers'],
  placeOf: (draft: Draft) => number,
): ExpandedLink[] {
  const source = giverOf(givers, from, output)
  if (source === undefined) return []
  const port = flat.ports?.inputs.get(input)
  const read = from.ports === undefined ? undefined : outputOf(from.ports, output)
  return [
    {
      input,
      position,
      source: placeOf(source),
      output: source.role === 'zone-step' ? output.replace(/^history\./, '') : output,
      type: read?.type ?? 'any',
      to: port?.type ?? 'any',
      lazy: port?.lazy === true,
      spreads: read?.spreads === true && from.skipped === undefined,
      collects: port?.collects === true,
    },
  ]
}

function placeZone({ init, start, step, end }: DraftZone, placeOf: (draft: Draft) => number): ExpandedZone {
  return { init: placeOf(init), start: placeOf(start), step: placeOf(step), end: placeOf(end) }
}

function cycleIssue(flat: FlatNode): Issue {
  return { code: 'cycle', message: `\`${flat.path}\` lies on or behind a cycle.`, node: flat.path }
}

function unknownTypeIssue(flat: FlatNode): Issue {
  return {
    code: 'unknown-node-type',
    message: `\`${flat.path}\` is of type \`${flat.node.type}\`, which is not installed.`,
    node: flat.path,
  }
}
