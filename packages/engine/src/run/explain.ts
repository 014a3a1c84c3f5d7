import { contentId } from '../values/content.ts'
import type { CellInputs } from '../cache/cell-cache.ts'
import type { NodeState } from './cell.ts'

/** Why a cell runs although a cache is there. */
export interface Why {
  reason: string
  /** It never ran before. */
  first?: true
}

export function explain(owner: NodeState, before: CellInputs | undefined, now: CellInputs): Why {
  if (before === undefined) return { reason: 'first run', first: true }
  return { reason: explainChange(owner, before, now) }
}

/** What is different from the last time it ran. */
function explainChange(owner: NodeState, before: CellInputs, now: CellInputs): string {
  if (before.version !== now.version) return 'node type updated'
  if (before.code !== now.code) return 'its code changed'
  for (const name of namesIn(before.literals, now.literals)) {
    const [old, current] = [before.literals[name], now.literals[name]]
    if (old === undefined && current === undefined) continue
    if (old === undefined) return `\`${name}\` was set`
    if (current === undefined) return `\`${name}\` was removed`
    if (contentId(old) !== contentId(current))
      return `\`${name}\` ${brief(contentId(old))} → ${brief(contentId(current))}`
  }
  for (const name of namesIn(before.links, now.links)) {
    const [old, current] = [before.links[name], now.links[name]]
    if (old === current) continue
    const upstream = owner.plan.links.find((link) => link.input === name)
    if (upstream === undefined) return `\`${name}\` was unlinked`
    if (old === undefined) return `\`${name}\` was linked`
    return old.length + (current?.length ?? 0) <= 40
      ? `\`${name}\` ${brief(old)} → ${brief(current ?? '')}`
      : `upstream ${upstream.type === 'any' ? 'value' : upstream.type} of \`${name}\` changed`
  }
  if (before.readers !== now.readers) return 'the inputs that its values reach are others'
  if (before.fingerprint !== now.fingerprint) return 'what it reads besides its inputs changed'
  return 'its result was not kept'
}

function namesIn(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
}

/** A content id as a person would write the value: text and short values stand for themselves. */
function brief(id: string): string {
  if (id.startsWith('"')) return id.length > 24 ? `"${id.slice(1, 22)}…"` : `${id}"`
  return id.startsWith('#') || id.startsWith('%') ? 'long' : id
}
