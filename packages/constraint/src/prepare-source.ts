import type { CharSet } from 'refa'
import { prepareNetwork, type PreparedNetwork } from './automaton/automaton.ts'
import { buildNetworkInSteps } from './grammar/build-network.ts'
import { surrogates } from './grammar/characters.ts'
import type { Grammar } from './grammar/expression.ts'
import type { Steps } from './grammar/steps.ts'
import type { SchemaNote } from './json-schema/ignored-keywords.ts'
import { refuseImpossible } from './refuse-impossible.ts'
import { parseSourceInSteps, type ConstraintSource, type ParsedSource } from './source.ts'
import { namesIn, numberNames, resolveTokens, type NamedTokens } from './tokens/named-tokens.ts'
import { spellTokens } from './tokens/spell-tokens.ts'
import type { Vocabulary } from './vocabulary/vocabulary.ts'

/** All of a source's automaton but its states: what another thread may work out and send. */
export interface PreparedSource {
  readonly prepared: PreparedNetwork
  readonly stopAtFirstMatch: boolean
  readonly notes: readonly SchemaNote[]
  /** Where the grammar names tokens. */
  readonly named: NamedTokens | undefined
}

/** What a source is prepared for: the tokens of a model. */
export interface TokenFacts {
  /** How many there are. */
  readonly size: number
  /** The characters that some token holds, or a part of. */
  readonly writable: CharSet
  /** Tokens by the names that the grammar has for them. */
  readonly numbers: ReadonlyMap<string, number>
}

/** For texts, without a vocabulary. @throws {ConstraintError} */
export function* prepareText(source: ConstraintSource): Steps<PreparedSource> {
  return yield* prepareParsed(yield* parseSourceInSteps(source))
}

/** @throws {ConstraintError} */
export function* prepareForTokens(source: ConstraintSource, vocabulary: Vocabulary): Steps<PreparedSource> {
  const parsed = yield* parseSourceInSteps(source)
  const { size, writable } = vocabulary
  const numbers = numberNames(namesIn(parsed.grammar), vocabulary)
  return yield* prepareParsed(parsed, { size, writable, numbers })
}

/** @throws {ConstraintError} */
export function* prepareParsed(
  { grammar: parsed, stopAtFirstMatch, notes = [] }: ParsedSource,
  tokens?: TokenFacts,
): Steps<PreparedSource> {
  const { grammar, named } = withTokens(parsed, tokens)
  const network = yield* buildNetworkInSteps(grammar)
  const prepared = yield* prepareNetwork(network, writableBy(tokens, named))
  refuseImpossible(prepared)
  return { prepared, stopAtFirstMatch, notes, named }
}

function withTokens(
  grammar: Grammar,
  tokens: TokenFacts | undefined,
): { grammar: Grammar; named: NamedTokens | undefined } {
  return tokens === undefined
    ? { grammar: spellTokens(grammar), named: undefined }
    : resolveTokens(grammar, tokens)
}

/** What stands for tokens is written as those. */
function writableBy(tokens: TokenFacts | undefined, named: NamedTokens | undefined): CharSet | undefined {
  return named === undefined ? tokens?.writable : tokens?.writable.union(surrogates)
}
