import { deadState, type Automaton } from '../automaton/automaton.ts'
import type { Vocabulary } from '../vocabulary/vocabulary.ts'
import type { NamedTokens } from './named-tokens.ts'

/** Where the tokens lead that a grammar names, beside what their text does. */
export class TokenSteps {
  readonly #automaton: Automaton
  readonly #named: NamedTokens
  readonly #ends: ReadonlySet<number>

  constructor(automaton: Automaton, vocabulary: Vocabulary, named: NamedTokens) {
    this.#automaton = automaton
    this.#named = named
    this.#ends = new Set(vocabulary.endTokens)
  }

  /** State after a named token, dead where none may follow. A token that ends the text may where the text may end. */
  after(state: number, token: number): number {
    const point = this.#named.pointOf[token]!
    const next = point === 0 ? deadState : this.#automaton.stepCharacter(state, point)
    return this.#ends.has(token) && !this.#automaton.canEnd(next) ? deadState : next
  }

  /** Adds the named tokens that may follow to a mask; returns how many were not in it. */
  allow(state: number, mask: Uint32Array): number {
    return this.#listsAfter(state).reduce((count, tokens) => count + allow(tokens, mask), 0)
  }

  tokensAfter(state: number): number[] {
    return this.#listsAfter(state).flatMap((tokens) => [...tokens])
  }

  #listsAfter(state: number): Int32Array[] {
    this.#automaton.beginStep()
    return this.#named.classes.flatMap(({ point, tokens }) => {
      const next = this.#automaton.stepCharacter(state, point)
      if (next === deadState) return []
      return [this.#automaton.canEnd(next) ? tokens : tokens.filter((token) => !this.#ends.has(token))]
    })
  }
}

/** Sets the bits of tokens; returns how many were not set. */
export function allow(tokens: Iterable<number>, mask: Uint32Array): number {
  let added = 0
  for (const token of tokens) {
    const bit = 1 << (token & 31)
    if ((mask[token >>> 5]! & bit) === 0) added++
    mask[token >>> 5]! |= bit
  }
  return added
}
