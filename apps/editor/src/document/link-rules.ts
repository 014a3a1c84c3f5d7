import { accepts, type Link, type PortType, type Workflow } from '@woolgather/workflow'
import type { InputRef } from './actions.ts'
import { linksInto } from './inputs-of.ts'

export type LinkVerdict = { ok: true } | { ok: false; reason: string }

export interface LinkProposal {
  from: Link
  fromType: PortType
  to: InputRef
  toType: PortType
}

/** Whether a link may be drawn, and if not, why, in words to show at the pointer. */
export function judgeLink(document: Workflow, { from, fromType, to, toType }: LinkProposal): LinkVerdict {
  if (from[0] === to.node) return { ok: false, reason: 'A node cannot feed itself' }
  if (!accepts(toType, fromType))
    return { ok: false, reason: `${capitalise(fromType)} cannot go into ${article(toType)} input` }
  if (dependsOn(document, from[0], to.node))
    return { ok: false, reason: 'This would make a circle: that node already depends on this one' }
  return { ok: true }
}

/** Whether `node` needs, directly or through others, what `other` makes. */
export function dependsOn(document: Workflow, node: string, other: string): boolean {
  const seen = new Set<string>()
  const open = [node]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === other) return true
    const current = document.nodes[id]
    if (!current || seen.has(id)) continue
    seen.add(id)
    for (const input of Object.keys(current.links ?? {}))
      open.push(...linksInto(current, input).map(([from]) => from))
  }
  return false
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

function article(word: string): string {
  return /^[aeiou]/.test(word) ? `an ${word}` : `a ${word}`
}
