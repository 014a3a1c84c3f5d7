import { documentLimits } from '../document/document.ts'
import { createBetween, reversed, sortTopologically } from '../graph/find-cycles.ts'
import { giverOf, readsLinks, type Draft, type DraftZone, type Drafts } from './draft-nodes.ts'

/** The drafts in an order in which each comes after what it reads, and the rest: those on or behind a cycle. */
export function orderDrafts({
  drafts,
  givers,
  zones,
}: Drafts): { order: Draft[]; rest: Draft[] } | { tooDeep: Draft } {
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
