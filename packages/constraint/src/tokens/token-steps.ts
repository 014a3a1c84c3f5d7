import type { CharSet } from 'refa'
import { deadState, type Automaton } from '../automaton/automaton.ts'
import { isSurrogates } from '../grammar/characters.ts'
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

  /** The named tokens that may follow, where the state after them fits. */
  tokensWhere(state: number, fits: (next: number) => boolean): number[] {
    return this.#classesAfter(state).flatMap(({ next, tokens }) => (fits(next) ? [...tokens] : []))
  }

  /** What stands for one of the tokens of a set in an ending; `undefined` for sets of characters. */
  choose(set: CharSet): number | undefined {
    if (!isSurrogates(set)) return undefined
    const classes = this.#named.classes.filter(({ point }) => set.has(point))
    const usual = classes.find(({ tokens }) => tokens.some((token) => !this.#ends.has(token)))
    return (usual ?? classes[0])?.point
  }

  /** The token that a point of an ending is written as, rather one that ends no text. */
  tokenOf(point: number, avoids: (token: number) => boolean): number | undefined {
    const tokens = this.#named.classes.find((known) => known.point === point)?.tokens ?? []
    const possible = [...tokens].filter((token) => !avoids(token))
    return possible.find((token) => !this.#ends.has(token)) ?? possible[0]
  }

  #listsAfter(state: number): Int32Array[] {
    return this.#classesAfter(state).map(({ tokens }) => tokens)
  }

  #classesAfter(state: number): { next: number; tokens: Int32Array }[] {
    this.#automaton.beginStep()
    return this.#named.classes.flatMap(({ point, tokens }) => {
      const next = this.#automaton.stepCharacter(state, point)
      if (next === deadState) return []
      const may = this.#automaton.canEnd(next) ? tokens : tokens.filter((token) => !this.#ends.has(token))
      return [{ next, tokens: may }]
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
