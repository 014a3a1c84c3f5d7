import type { FlatNode } from './flat-graph.ts'
import type { NeededNodes } from './keep-needed.ts'
import { startOf } from './start-of.ts'
import type { PlanRole } from './plan.ts'

/** A node of the plan before it has a place in it. */
export interface Draft {
  /** Position among the drafts. */
  number: number
  flat: FlatNode
  role: PlanRole
  lazy: boolean
  zone: DraftZone | undefined
}

export interface DraftZone {
  init: Draft
  start: Draft
  step: Draft
  end: Draft
}

export interface Drafts {
  drafts: Draft[]
  givers: ReadonlyMap<FlatNode, { value: Draft; history: Draft }>
  zones: DraftZone[]
}

/** One draft for each node and two for each end of a loop. */
export function draftNodes(needed: NeededNodes): Drafts {
  const drafts: Draft[] = []
  const givers = new Map<FlatNode, { value: Draft; history: Draft }>()
  const zones: DraftZone[] = []
  const endOf = new Map<FlatNode, FlatNode>()
  for (const { flat } of needed.nodes) {
    const start = startOf(flat, needed.byPath)
    const runs = flat.skipped === undefined && start?.skipped === undefined
    if (start?.description?.zone === 'start' && runs && !endOf.has(start)) endOf.set(start, flat)
  }
  const add = (flat: FlatNode, role: PlanRole, lazy: boolean): Draft => {
    const draft: Draft = { number: drafts.length, flat, role, lazy, zone: undefined }
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

/** The draft that gives an output of a flat node. */
export function giverOf(givers: Drafts['givers'], flat: FlatNode, output: string): Draft | undefined {
  const giver = givers.get(flat)
  return output.startsWith('history.') ? giver?.history : giver?.value
}

/** Of a loop's four parts only two read links: what goes in at the start, and what comes back at the end. */
export function readsLinks(draft: Draft): boolean {
  return draft.flat.skipped === undefined && draft.role !== 'zone-start' && draft.role !== 'zone-end'
}
