import type { ConstraintState } from '../constraint.ts'
import type { Vocabulary } from '../vocabulary/vocabulary.ts'
import { maskOf, tokensIn } from './test-vocabulary.ts'

/** Chooses the next of the tokens that may follow, in their order. */
export type Choose = (tokens: readonly number[], step: number) => number

/**
 * Writes as a runtime does: a token that leaves no time to end is chosen again among those that do.
 * @returns what was written, and whether it matches
 */
export function writeInTime(
  state: ConstraintState,
  vocabulary: Vocabulary,
  budget: number,
  choose: Choose,
): { tokens: number[]; ended: boolean; forced: boolean } {
  const mask = maskOf(vocabulary)
  const tokens: number[] = []
  let forced = false
  while (tokens.length < budget && !state.isComplete) {
    const left = budget - tokens.length
    state.allowed(mask)
    let token = choose(tokensIn(mask), tokens.length)
    if (!state.endsWithin(token, left)) {
      forced = true
      state.allowed(mask, left)
      token = choose(tokensIn(mask), tokens.length)
    }
    if (vocabulary.endTokens.includes(token)) break
    if (!state.accept(token)) throw new Error(`Token ${token} was allowed and then refused.`)
    tokens.push(token)
  }
  return { tokens, ended: state.canEnd, forced }
}

export function textOf(vocabulary: Vocabulary, tokens: readonly number[]): string {
  return Buffer.concat(tokens.map((token) => vocabulary.tokens[token]!)).toString('utf8')
}
