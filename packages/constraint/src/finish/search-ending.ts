import { deadState } from '../automaton/automaton.ts'
import { baseOf, type State } from '../memory/remembering.ts'
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
  const from = new Map<State, { before: State; token: number }>()
  const open: { state: State; bytes: number }[] = [{ state: start, bytes: endings.bytesToEnd(start) }]
  for (let tries = 0; open.length > 0 && tries < maximumTries;) {
    const nearest = open.reduce((best, one, index) => (one.bytes < open[best]!.bytes ? index : best), 0)
    const { state } = open.splice(nearest, 1)[0]!
    for (const token of constraint.tokensAfter(state)) {
      if (++tries > maximumTries) break
      if (avoided.has(token)) continue
      const next = constraint.after(state, token)
      if (next === deadState || next === start || from.has(next)) continue
      from.set(next, { before: state, token })
      const base = baseOf(next)
      if (automaton.canEnd(base)) return pathTo(next, start, from)
      const bytes = endings.bytesToEnd(base)
      if (bytes !== Infinity) open.push({ state: next, bytes })
    }
  }
  return undefined
}

function pathTo(
  end: State,
  start: State,
  from: ReadonlyMap<State, { before: State; token: number }>,
): number[] {
  const tokens: number[] = []
  for (let state: State = end; state !== start;) {
    const { before, token } = from.get(state)!
    tokens.push(token)
    state = before
  }
  return tokens.reverse()
}
