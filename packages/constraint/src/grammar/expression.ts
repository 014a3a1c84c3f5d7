import type { CharSet } from 'refa'
import type { SourcePosition } from '../errors/constraint-error.ts'
import { anyCase } from './characters.ts'
import type { Counter } from './counter.ts'
import type { TokenSet } from './token-set.ts'

/** What every front end compiles to: texts over Unicode characters, with calls to named rules. */
export type Expression =
  | { readonly kind: 'characters'; readonly set: CharSet }
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'sequence'; readonly items: readonly Expression[] }
  | { readonly kind: 'choice'; readonly options: readonly Expression[] }
  /** `maximum` may be Infinity. */
  | { readonly kind: 'repeat'; readonly item: Expression; readonly minimum: number; readonly maximum: number }
  | RuleCall
  /** The same as its item, which calls no rules and is built once, wherever it stands. */
  | { readonly kind: 'shared'; readonly item: Expression }
  | TokenCall
  | { readonly kind: 'graph'; readonly graph: Graph }
  | Unordered
  /** Stands alone in what is shared: what was counted goes with the place that returns to. */
  | { readonly kind: 'counted'; readonly graph: Graph; readonly counter: Counter }
  /** The text of a list or an object of JSON, which is remembered while it is written: no key comes twice in it. */
  | { readonly kind: 'remembered'; readonly item: Expression }
  /** Nothing, after an item of a list that is remembered, if it differs from those before it. */
  | { readonly kind: 'differs'; readonly endsSurely: boolean }

export interface RuleCall {
  readonly kind: 'rule'
  readonly name: string
}

/** One of some tokens, however they are spelled. */
export interface TokenCall {
  readonly kind: 'token'
  readonly tokens: TokenSet
  readonly where: SourcePosition
  /** What stands for them in the automaton, once the vocabulary is known. */
  readonly symbols?: CharSet
}

/**
 * Members in any order with something between them, each at most once, then an end; none at all where none is required and
 * none is the least.
 */
export interface Unordered {
  readonly kind: 'unordered'
  /** How many members there are in all, where that is limited beside what is required; beside a rest one at least. */
  readonly counts?: { readonly minimum: number; readonly maximum: number }
  readonly members: readonly { readonly item: RuleCall; readonly required: boolean }[]
  /** What may stand in the place of a member, any number of times. */
  readonly rest: RuleCall | undefined
  readonly separator: Expression
  readonly end: Expression
}

/** A finite automaton whose edges carry expressions; node 0 is the start. */
export interface Graph {
  readonly size: number
  readonly finals: readonly number[]
  readonly edges: readonly { readonly from: number; readonly to: number; readonly label: Expression }[]
}

export interface Grammar {
  readonly start: string
  readonly rules: ReadonlyMap<string, Expression>
  /** Whether tokens are named in it. */
  readonly namesTokens?: boolean
}

export const nothing: Expression = { kind: 'sequence', items: [] }
/** Matches no text at all, not even the empty one. */
export const impossible: Expression = { kind: 'choice', options: [] }

export function characters(set: CharSet): Expression {
  return { kind: 'characters', set }
}

export function literal(text: string): Expression {
  return { kind: 'literal', text }
}

export function literalAnyCase(text: string): Expression {
  return sequence(Array.from(text, (character) => characters(anyCase(character))))
}

export function sequence(items: readonly Expression[]): Expression {
  return items.length === 1 ? (items[0] as Expression) : { kind: 'sequence', items }
}

export function choice(options: readonly Expression[]): Expression {
  return options.length === 1 ? (options[0] as Expression) : { kind: 'choice', options }
}

export function repeat(item: Expression, minimum: number, maximum: number): Expression {
  return minimum === 1 && maximum === 1 ? item : { kind: 'repeat', item, minimum, maximum }
}

export function optional(item: Expression): Expression {
  return repeat(item, 0, 1)
}

export function shared(item: Expression): Expression {
  return { kind: 'shared', item }
}

export function rule(name: string): RuleCall {
  return { kind: 'rule', name }
}
