import type { Automaton } from '../automaton/automaton.ts'
import type { StateShapes } from './state-shapes.ts'

/** States at one length that are followed together. */
const maximumStates = 32

/**
 * For how many characters it does not matter which are written: every text of that length, of characters that may
 * follow the state, may follow it, and before its end nothing else may. So conditions that only count or wait for
 * something, such as those of a password, need no walk.
 * @returns a length of at least 1, at most `longest`, which also stands for any; the state at its end, where that is one
 */
export function followUniform(
  automaton: Automaton,
  shapes: StateShapes,
  state: number,
  longest: number,
): { length: number; end?: number } {
  const group = shapes.allowedGroup(state)
  let level = new Set([state])
  for (let length = 1; length < longest; length++) {
    const next = new Set<number>()
    for (const here of level) {
      const row = automaton.row(here)
      for (const index of group.classes) next.add(row[index]!)
    }
    if (next.size > maximumStates) return { length }
    for (const target of next)
      if (shapes.allowedGroup(target) !== group) return next.size === 1 ? { length, end: target } : { length }
    if (next.size === level.size && [...next].every((target) => level.has(target))) return { length: longest }
    level = next
  }
  return { length: longest }
}
