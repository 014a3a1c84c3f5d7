import type { Automaton } from '../automaton/automaton.ts'
import type { StateShapes } from './state-shapes.ts'

/** Characters after which a state and one like it may differ, at most: each has tokens of its own that are walked. */
const mostPoints = 48

/** A state that reads nearly all characters as another does, and those that it does not. */
export interface Likeness {
  readonly state: number
  readonly points: readonly number[]
}

/**
 * The state that a state becomes with most characters, where that one stays itself with them and both read all but a few
 * ASCII characters alike: inside a key that must not be one of some, say, any key. Tokens that begin with other
 * characters are those of that state.
 */
export function findLikeness(automaton: Automaton, shapes: StateShapes, state: number): Likeness | undefined {
  const like = shapes.of(state).main?.target
  if (like === undefined || like === state || shapes.of(like).main?.target !== like) return undefined
  const points = differencesOf(automaton, shapes, state, like, mostPoints)
  return points && { state: like, points }
}

/** The characters that two states do not read alike, if they are few, and ASCII: what begins others may become several. */
export function differencesOf(
  automaton: Automaton,
  shapes: StateShapes,
  state: number,
  like: number,
  most: number,
): readonly number[] | undefined {
  const [own, other] = [automaton.row(state), automaton.row(like)]
  const points: number[] = []
  for (let index = 0; index < own.length; index++) {
    if (own[index] === other[index]) continue
    const few = shapes.pointsOf(index)
    if (few === undefined || points.length + few.length > most) return undefined
    points.push(...few)
  }
  return points.every((point) => point < 0x80) ? points : undefined
}
