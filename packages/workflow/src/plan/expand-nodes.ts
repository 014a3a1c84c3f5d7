import type { NodeDescription } from '../description.ts'
import { documentLimits } from '../document.ts'
import { createBetween, reversed, sortTopologically } from '../find-cycles.ts'
import type { Issue } from '../issues.ts'
import { outputOf } from '../ports-of.ts'
import type { FlatNode } from './flatten.ts'
import { startOf, type NeededNodes } from './keep-needed.ts'
import type { PlanLink, PlanNode, PlanRole, PlanZone } from './plan.ts'
import { loopsTooDeep } from './zone-bodies.ts'

/** Plan nodes in running order, their axes not known yet, and which of them gives each output of a flat node. */
export interface ExpandedNodes {
  nodes: PlanNode[]
  zones: PlanZone[]
  /** Plan node that gives `output` of a flat node. */
  giver: (flat: FlatNode, output: string) => PlanNode | undefined
}

interface Draft {
  /** Position among the drafts; fields rather than maps, as there may be a hundred thousand. */
  number: number
  flat: FlatNode
  role: PlanRole
  lazy: boolean
  zone: DraftZone | undefined
  node: PlanNode | undefined
}

interface DraftZone {
  init: Draft
  start: Draft
  step: Draft
  end: Draft
}

/** One plan node for each node and two for each end of a loop, in an order in which each comes after what it reads. */
export function expandNodes(needed: NeededNodes, issues: readonly Issue[]): ExpandedNodes | { issue: Issue } {
  const { drafts, givers, zones } = draftNodes(needed)
  const ordered = orderDrafts(drafts, givers, zones)
  if ('tooDeep' in ordered) return { issue: loopsTooDeep(ordered.tooDeep.flat.path) }
  const { order, rest } = ordered
  const problems = new Map(issues.flatMap((issue) => (issue.node === undefined ? [] : [[issue.node, issue]])))
  const nodes: PlanNode[] = []
  for (const draft of order) nodes.push((draft.node = planNode(draft, nodes.length, problems)))
  for (const draft of rest) {
    nodes.push((draft.node = planNode(draft, nodes.length, problems)))
    draft.node.idle = { issue: cycleIssue(draft.flat) }
  }
  const giver = (flat: FlatNode, output: string): PlanNode | undefined => giverOf(givers, flat, output)?.node
  for (const draft of drafts) {
    if (draft.node?.idle === undefined) (draft.node as PlanNode).links = linksFor(draft, giver)
  }
  return { nodes, zones: zones.map(placeZone), giver }
}

interface Drafts {
  drafts: Draft[]
  givers: ReadonlyMap<FlatNode, { value: Draft; history: Draft }>
  zones: DraftZone[]
}

function draftNodes(needed: NeededNodes): Drafts {
  const drafts: Draft[] = []
  const givers = new Map<FlatNode, { value: Draft; history: Draft }>()
  const zones: DraftZone[] = []
  const endOf = new Map<FlatNode, FlatNode>()
  for (const { flat } of needed.nodes) {
    const start = startOf(flat, needed.byPath)
    if (start?.description?.zone === 'start' && !endOf.has(start)) endOf.set(start, flat)
  }
  const add = (flat: FlatNode, role: PlanRole, lazy: boolean): Draft => {
    const draft: Draft = { number: drafts.length, flat, role, lazy, zone: undefined, node: undefined }
    drafts.push(draft)
    return draft
  }
  const ends = new Set(endOf.values())
  for (const { flat, lazy } of needed.nodes) {
    const end = endOf.get(flat)
    if (end !== undefined) {
      const zone: DraftZone = {
        init: add(flat, 'zone-init', lazy),
        start: add(flat, 'zone-start', lazy),
        step: add(end, 'zone-step', lazy),
        end: add(end, 'zone-end', lazy),
      }
      for (const part of [zone.init, zone.start, zone.step, zone.end]) part.zone = zone
      zones.push(zone)
      givers.set(flat, { value: zone.start, history: zone.start })
      givers.set(end, { value: zone.end, history: zone.step })
    } else if (!ends.has(flat)) {
      const draft = add(flat, 'node', lazy)
      givers.set(flat, { value: draft, history: draft })
    }
  }
  return { drafts, givers, zones }
}

function giverOf(givers: Drafts['givers'], flat: FlatNode, output: string): Draft | undefined {
  const giver = givers.get(flat)
  return output.startsWith('history.') ? giver?.history : giver?.value
}

function orderDrafts(
  drafts: Draft[],
  givers: Drafts['givers'],
  zones: readonly DraftZone[],
): { order: Draft[]; rest: Draft[] } | { tooDeep: Draft } {
  const targets: number[][] = drafts.map(() => [])
  const arrow = (from: Draft | undefined, to: number): void => {
    if (from !== undefined) targets[from.number]?.push(to)
  }
  for (let i = 0; i < drafts.length; i++) {
    const draft = drafts[i] as Draft
    if (readsLinks(draft))
      for (const link of draft.flat.links) arrow(giverOf(givers, link.from, link.output), i)
    const { zone } = draft
    if (zone === undefined) continue
    if (draft === zone.start) arrow(zone.init, i)
    if (draft === zone.step) arrow(zone.start, i)
    if (draft === zone.end) arrow(zone.step, i)
  }
  const tooDeep = startAfterBodyInputs(zones, targets)
  if (tooDeep !== undefined) return { tooDeep: drafts[tooDeep] as Draft }
  const { order, rest } = sortTopologically(targets)
  return { order: order.map((i) => drafts[i] as Draft), rest: rest.map((i) => drafts[i] as Draft) }
}

/**
 * A loop ranges over the axes of whatever its body reads from outside, so its own axis has to come after them: its
 * beginning is put behind all that. Returns a draft at which too many loops are open.
 */
function startAfterBodyInputs(zones: readonly DraftZone[], targets: number[][]): number | undefined {
  if (zones.length === 0) return undefined
  const sources = reversed(targets)
  const between = createBetween(targets, sources, documentLimits.loopDepth)
  for (const zone of zones) {
    const init = zone.init.number
    const { nodes: body, tooDeep } = between(zone.start.number, zone.step.number)
    if (body === undefined) return tooDeep
    const outside = new Set<number>()
    for (const inside of body) {
      for (const source of sources[inside] ?? []) {
        if (!body.has(source) && source !== init) outside.add(source)
      }
    }
    for (const source of outside) targets[source]?.push(init)
  }
  return undefined
}

/** Of a loop's four parts only two read links: what goes in at the start, and what comes back at the end. */
function readsLinks(draft: Draft): boolean {
  return draft.flat.skipped === undefined && draft.role !== 'zone-start' && draft.role !== 'zone-end'
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

function planNode(draft: Draft, index: number, problems: ReadonlyMap<string, Issue>): PlanNode {
  const { flat, role, lazy } = draft
  const problem = problems.get(flat.definedAt)
  const idle =
    problem !== undefined
      ? { issue: problem }
      : flat.skipped === undefined
        ? undefined
        : { skipped: flat.skipped }
  return {
    index,
    path: flat.path,
    definedAt: flat.definedAt,
    type: flat.node.type,
    role,
    description: flat.description ?? unknownType,
    literals: flat.literals,
    links: [],
    axes: [],
    makes: undefined,
    zone: undefined,
    idle: idle ?? (flat.description === undefined ? { issue: unknownTypeIssue(flat) } : undefined),
    lazy,
    ...(flat.readers === undefined ? {} : { readers: flat.readers }),
  }
}

function linksFor(draft: Draft, giver: ExpandedNodes['giver']): PlanLink[] {
  if (!readsLinks(draft)) return []
  return draft.flat.links.flatMap((link) => {
    const source = giver(link.from, link.output)
    if (source === undefined) return []
    const input = draft.flat.ports?.inputs.get(link.input)
    const output = link.from.ports === undefined ? undefined : outputOf(link.from.ports, link.output)
    const planned: PlanLink = {
      input: link.input,
      position: link.position,
      source: source.index,
      output: source.role === 'zone-step' ? link.output.replace(/^history\./, '') : link.output,
      type: output?.type ?? 'any',
      to: input?.type ?? 'any',
      spread: output?.spreads === true ? -1 : undefined,
      lazy: input?.lazy === true,
      keeps: input?.collects === true ? [] : undefined,
      axes: [],
    }
    return [planned]
  })
}

function placeZone({ init, start, step, end }: DraftZone): PlanZone {
  const index = (draft: Draft): number => (draft.node as PlanNode).index
  const zone: PlanZone = {
    init: index(init),
    start: index(start),
    step: index(step),
    end: index(end),
    axis: -1,
  }
  for (const draft of [init, start, step, end]) (draft.node as PlanNode).zone = zone
  return zone
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
