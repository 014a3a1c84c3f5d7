import type { CharSet } from 'refa'
import { ConstraintError } from '../errors/constraint-error.ts'
import { charactersBetween, noCharacter } from '../grammar/characters.ts'
import type { Grammar, TokenCall } from '../grammar/expression.ts'
import { createMapper } from '../grammar/map-expression.ts'
import type { Vocabulary } from '../vocabulary/vocabulary.ts'

/** Tokens that a grammar does not tell apart, by the code point that stands for them. */
export interface NamedTokens {
  /** The code point of a token; 0 for those that are not named. */
  readonly pointOf: Uint16Array
  readonly classes: readonly { readonly point: number; readonly tokens: Int32Array }[]
}

/** Surrogates are no characters of texts, so they are free to stand for tokens; high ones, of which no two are a pair. */
const firstPoint = 0xd800
const mostClasses = 1_024

/** What a grammar calls tokens by, each once; those that it numbers have no names. */
export function namesIn(grammar: Grammar): string[] {
  const names = new Set<string>()
  if (grammar.namesTokens === true)
    eachCall(grammar, ({ tokens }) => {
      if (tokens.ranges === undefined) names.add(tokens.text)
    })
  return [...names]
}

/** The tokens of some names, as far as there are such. */
export function numberNames(names: readonly string[], vocabulary: Vocabulary): Map<string, number> {
  return new Map(
    names.flatMap((name) => {
      const token = tokenNamed(name, vocabulary)
      return token === undefined ? [] : [[name, token]]
    }),
  )
}

/** Tokens as a grammar tells them apart: how many there are, and which are called by name. */
interface KnownTokens {
  readonly size: number
  readonly numbers: ReadonlyMap<string, number>
}

/**
 * Puts characters that no text has in the place of the tokens that a grammar names.
 * @throws {ConstraintError} `invalid-grammar` with the place of a name that is no token, `too-large`
 */
export function resolveTokens(
  grammar: Grammar,
  vocabulary: KnownTokens,
): { grammar: Grammar; named: NamedTokens | undefined } {
  if (grammar.namesTokens !== true) return { grammar, named: undefined }
  const calls = new Map<string, { members: Uint8Array; set: CharSet }>()
  const keyOf = ({ tokens }: TokenCall): string => `${tokens.others} ${tokens.text}`
  eachCall(grammar, (call) => {
    if (!calls.has(keyOf(call)))
      calls.set(keyOf(call), { members: membersOf(call, vocabulary), set: noCharacter })
  })
  const named = classify(
    [...calls.values()].map(({ members }) => members),
    vocabulary.size,
  )
  for (const call of calls.values())
    for (const { point, tokens } of named.classes)
      if (call.members[tokens[0]!] === 1) call.set = call.set.union(charactersBetween(point, point))
  const map = createMapper({ token: (call) => ({ ...call, symbols: calls.get(keyOf(call))!.set }) })
  const rules = new Map([...grammar.rules].map(([name, body]) => [name, map(body)]))
  return { grammar: { ...grammar, rules }, named }
}

function eachCall({ rules }: Grammar, visit: (call: TokenCall) => void): void {
  const map = createMapper({
    token: (call) => {
      visit(call)
      return call
    },
  })
  for (const body of rules.values()) map(body)
}

/** 1 for each token that is meant. */
function membersOf({ tokens, where }: TokenCall, { size, numbers }: KnownTokens): Uint8Array {
  const members = new Uint8Array(size).fill(tokens.others ? 1 : 0)
  const only = tokens.ranges === undefined ? numbers.get(tokens.text) : undefined
  const ranges = tokens.ranges ?? (only === undefined ? [] : [[only, only] as const])
  for (const [first, last] of ranges) members.fill(tokens.others ? 0 : 1, first, last + 1)
  if (only === undefined && (tokens.ranges === undefined || !members.includes(1)))
    throw new ConstraintError(
      'invalid-grammar',
      `${tokens.text} is no token of this model, at line ${where.line}, column ${where.column}`,
      { where, hint: `Write it as text if the model writes it in several tokens: "${tokens.text}"` },
    )
  return members
}

function tokenNamed(name: string, vocabulary: Vocabulary): number | undefined {
  if (vocabulary.tokenNamed !== undefined) return vocabulary.tokenNamed(name)
  const wanted = new TextEncoder().encode(name)
  const found = vocabulary.tokens.findIndex(
    (bytes) => bytes.length === wanted.length && bytes.every((byte, index) => byte === wanted[index]),
  )
  return found < 0 ? undefined : found
}

/** Tokens that are meant by the same calls share a code point. */
function classify(calls: readonly Uint8Array[], size: number): NamedTokens {
  const classOf = calls.reduce(refine, new Uint32Array(size))
  const lists: number[][] = []
  classOf.forEach((found, token) => {
    if (calls.some((members) => members[token] === 1)) (lists[found] ??= []).push(token)
  })
  const classes = Object.values(lists).map((list, index) => ({
    point: firstPoint + index,
    tokens: Int32Array.from(list),
  }))
  if (classes.length > mostClasses)
    throw new ConstraintError('too-large', `The grammar tells apart more than ${mostClasses} kinds of tokens`)
  const pointOf = new Uint16Array(size)
  for (const { point, tokens } of classes) for (const token of tokens) pointOf[token] = point
  return { pointOf, classes }
}

/** Numbers of classes, told apart by one call more. */
function refine(classOf: Uint32Array, members: Uint8Array): Uint32Array {
  const numbers = new Map<number, number>()
  return classOf.map((before, token) => {
    const key = 2 * before + members[token]!
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, numbers.size)
    return numbers.size - 1
  })
}
