import { deadState } from '../automaton/automaton.ts'
import type { Finishable } from './finisher.ts'

/** Tokens tried before a search gives up. */
const maximumTries = 50_000

/**
 * A way out by any tokens that are not avoided, for vocabularies that cannot spell every text: nearest to an end first,
 * as far as a bounded search can tell.
 */
export function searchEnding(
  constraint: Finishable,
  start: number,
  avoided: ReadonlySet<number>,
): number[] | undefined {
  const { automaton, endings } = constraint
  const from = new Map<number, { before: number; token: number }>()
  const open: { state: number; bytes: number }[] = [{ state: start, bytes: endings.bytesToEnd(start) }]
  for (let tries = 0; open.length > 0 && tries < maximumTries;) {
    const nearest = open.reduce((best, one, index) => (one.bytes < open[best]!.bytes ? index : best), 0)
    const { state } = open.splice(nearest, 1)[0]!
    for (const token of constraint.tokensAfter(state)) {
      if (++tries > maximumTries) break
      if (avoided.has(token)) continue
      const next = constraint.after(state, token)
      if (next === deadState || next === start || from.has(next)) continue
      from.set(next, { before: state, token })
      if (automaton.canEnd(next)) return pathTo(next, start, from)
      const bytes = endings.bytesToEnd(next)
      if (bytes !== Infinity) open.push({ state: next, bytes })
    }
  }
  return undefined
}

function pathTo(
  end: number,
  start: number,
  from: ReadonlyMap<number, { before: number; token: number }>,
): number[] {
  const tokens: number[] = []
  for (let state = end; state !== start;) {
    const { before, token } = from.get(state)!
    tokens.push(token)
    state = before
  }
  return tokens.reverse()
}
