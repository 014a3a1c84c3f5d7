import { seenArea, type Boxes, type Seen } from '../layout/seen-area.ts'
import { meet } from '../layout/surround.ts'
import { paintFrom, sketchFrom } from '../session/editing/watch-detail.ts'

/** Below this zoom the text of a node is too small to read, and is not drawn. */
export const readableZoom = 0.35

const none: ReadonlySet<string> = new Set()

/** Parts of the window beyond its edges in which nodes are drawn in full, and in which those that are stay so. */
const reach = 0.4
const keep = 1.5

/** The nodes to draw in full: those that are seen and large enough to read, and what is typed into. */
export function chooseDetail(
  boxes: Boxes,
  seen: Seen,
  before: ReadonlySet<string> | undefined,
  typed: string | undefined,
): ReadonlySet<string> | undefined {
  if (boxes.size < sketchFrom) return undefined
  const chosen = new Set<string>()
  if (typed !== undefined && boxes.has(typed)) chosen.add(typed)
  if (seen.transform[2] >= readableZoom) {
    const near = seenArea(seen, reach)
    const around = seenArea(seen, keep)
    for (const [id, box] of boxes) if (meet(box, before?.has(id) ? around : near)) chosen.add(id)
  }
  return keepSet(before, chosen)
}

/** More ends of links than this are not held in the page beside what is near: one model may feed thousands. */
const mostEnds = 400

export interface Held {
  /** What is dragged, and the ends of selected links: with what they are linked to, so that their links are elements too. */
  withLinks: Iterable<string>
  /** What the pointer is over. */
  hovered: string | undefined
  linkedTo: (id: string) => Iterable<string>
}

/** The nodes of a very large graph that are elements of the page: those that are drawn in full, and what is held. */
export function chooseShown(
  boxes: Boxes,
  before: ReadonlySet<string> | undefined,
  detailed: ReadonlySet<string> | undefined,
  { withLinks, hovered, linkedTo }: Held,
): ReadonlySet<string> | undefined {
  if (boxes.size < paintFrom || detailed === undefined) return undefined
  const inner = new Set(detailed)
  for (const id of withLinks) if (boxes.has(id)) inner.add(id)
  const chosen = new Set(inner)
  if (hovered !== undefined && boxes.has(hovered)) chosen.add(hovered)
  const most = chosen.size + mostEnds
  for (const id of inner) for (const end of linkedTo(id)) if (chosen.size < most) chosen.add(end)
  return keepSet(before, chosen)
}

function keepSet(before: ReadonlySet<string> | undefined, now: ReadonlySet<string>): ReadonlySet<string> {
  if (before && sameSet(now, before)) return before
  return now.size === 0 ? none : now
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a.size !== b.size) return false
  for (const id of a) if (!b.has(id)) return false
  return true
}
