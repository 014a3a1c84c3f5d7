import type { ConstraintSource, ConstraintState } from '@woolgather/constraint'
import type { FinishingConstraint, LanguageModel } from '@woolgather/llama'
import { NeverWords } from './never-words.ts'
import { formsWithoutSpace, type WordBias } from './word-bias.ts'

/** Words kept looked up in the tokens of each model. */
const keptWords = 16
const known = new WeakMap<readonly Uint8Array[], Map<string, NeverWords>>()

/** What a text of nothing but some words matches; `undefined` where no word is to be alone. */
export function onlyWords(biases: readonly WordBias[]): ConstraintSource | undefined {
  const only = biases.filter(({ weight }) => weight === 'only')
  if (only.length === 0) return undefined
  const typed = only.filter(({ exact }) => exact === true).map(({ text }) => escape(text))
  const free = only
    .filter(({ exact }) => exact !== true)
    .flatMap((word) => formsWithoutSpace(word).map(escape))
  const words = (space: string): string =>
    `(?:${[...(free.length === 0 ? [] : [`${space}(?:${free.join('|')})`]), ...typed].join('|')})`
  return { kind: 'regex', pattern: `${words(' ?')}${words(' ')}*` }
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
}

/**
 * What may be written: what every constraint allows, without the words that must never come.
 * @param prompt the text that is read before
 */
export async function restrictWords(
  model: LanguageModel,
  constraints: readonly ConstraintState[],
  biases: readonly WordBias[],
  prompt: string,
): Promise<FinishingConstraint | undefined> {
  const never = biases.filter(({ weight }) => weight === 'never')
  if (never.length === 0 && constraints.length < 2) return constraints[0]
  const pieces = await model.tokenBytes()
  return new RestrictedText(pieces, model.endTokens(), constraints, wordsIn(pieces, never), prompt)
}

function wordsIn(pieces: readonly Uint8Array[], words: readonly WordBias[]): NeverWords {
  const kept = known.get(pieces) ?? new Map<string, NeverWords>()
  known.set(pieces, kept)
  const key = JSON.stringify(words)
  const found = kept.get(key) ?? new NeverWords(pieces, words)
  kept.delete(key)
  kept.set(key, found)
  for (const oldest of kept.keys()) if (kept.size > keptWords) kept.delete(oldest)
  return found
}

/** Where so few tokens are allowed, a word that must not come may be the only way on: it is looked for ahead. */
const few = 64
/** Tokens tried ahead for one step. */
const mostTries = 4096

/** Of more that may follow where little room is left, so many are looked at. */
const mostInTime = 64

class RestrictedText implements FinishingConstraint {
  readonly #pieces: readonly Uint8Array[]
  readonly #ends: readonly number[]
  readonly #constraints: readonly ConstraintState[]
  readonly #never: NeverWords
  readonly #scratch: Uint32Array
  /** The end of what was read and written. */
  #text: string
  /** Where the answer begins in it. */
  #seam: number
  /** An ending of the text without the words, once one was looked for. */
  #way: readonly number[] | undefined

  constructor(
    pieces: readonly Uint8Array[],
    ends: readonly number[],
    constraints: readonly ConstraintState[],
    never: NeverWords,
    prompt: string,
  ) {
    this.#pieces = pieces
    this.#ends = ends
    this.#constraints = constraints
    this.#never = never
    this.#scratch = new Uint32Array(Math.ceil(pieces.length / 32))
    this.#text = Buffer.from(prompt.slice(-never.reach)).toString('latin1').slice(-never.reach)
    this.#seam = this.#text.length
  }

  allowed(mask: Uint32Array, left?: number): number {
    const inTime = left === undefined ? 0 : this.#allowedInTime(mask, left)
    if (inTime > 0) return inTime
    const count = this.#allowedNow(mask)
    if (count > few || this.#constraints.length === 0) return count
    const tries = { left: mostTries }
    for (const token of bitsOf(mask)) if (!this.#leadsOn(token, tries)) clear(mask, token)
    return [...bitsOf(mask)].length
  }

  #allowedNow(mask: Uint32Array): number {
    mask.fill(0xffffffff)
    const spare = mask.length * 32 - this.#pieces.length
    if (spare > 0) mask[mask.length - 1] = 0xffffffff >>> spare
    for (const constraint of this.#constraints) {
      constraint.allowed(this.#scratch)
      for (let word = 0; word < mask.length; word++) mask[word]! &= this.#scratch[word]!
    }
    for (const token of this.#never.forbiddenAfter(this.#text, this.#seam)) clear(mask, token)
    return mask.reduce((count, word) => count + countBits(word), 0)
  }

  /** Whether a token is no beginning of a word that must not come, or leaves another way to go on. */
  #leadsOn(token: number, tries: { left: number }): boolean {
    if (this.#ends.includes(token)) return true
    return this.#after(token, () => this.#goesOn(tries)) ?? false
  }

  #goesOn(tries: { left: number }): boolean {
    if (!this.#never.hasBegunIn(this.#text, this.#seam) || this.isComplete) return true
    const mask = new Uint32Array(this.#scratch.length)
    if (this.#allowedNow(mask) > few) return true
    for (const next of bitsOf(mask)) if (--tries.left < 0 || this.#leadsOn(next, tries)) return true
    return false
  }

  /** The tokens after which an ending without the words is known, if few may follow; else the first of that ending. */
  #allowedInTime(mask: Uint32Array, left: number): number {
    this.#allowedNow(mask)
    const [first] = this.#ending(left) ?? []
    const looked = [...bitsOf(mask)].slice(0, mostInTime)
    const inTime = looked.filter((token) => this.endsWithin(token, left))
    mask.fill(0)
    for (const token of first === undefined ? inTime : [first, ...inTime])
      mask[token >>> 5]! |= 1 << (token & 31)
    return [...bitsOf(mask)].length
  }

  get canEnd(): boolean {
    return this.#constraints.length > 0 && this.#constraints.every(({ canEnd }) => canEnd)
  }

  avoid(tokens: Iterable<number>): void {
    const avoided = [...tokens]
    for (const constraint of this.#constraints) constraint.avoid(avoided)
  }

  tokensToEnd(): number {
    return this.#ending(Infinity)?.length ?? Infinity
  }

  endsWithin(token: number, left: number): boolean {
    if (this.#ends.includes(token)) return true
    return this.#after(token, () => this.#ending(left - 1) !== undefined) ?? false
  }

  /** An ending of at most so many tokens. */
  #ending(left: number): readonly number[] | undefined {
    if (this.#way === undefined || this.#way.length > left) this.#way = this.#find(left, { left: mostTries })
    return this.#way
  }

  /** The way out of the first constraint, else of the others, else what a bounded search finds. */
  #find(left: number, tries: { left: number }): number[] | undefined {
    if (this.canEnd) return []
    if (left <= 0 || this.#constraints.some((one) => one.tokensToEnd() > left)) return undefined
    const forbidden = new Set(this.#never.forbiddenAfter(this.#text, this.#seam))
    const ways = this.#constraints.flatMap((one) => one.wayOut()?.slice(0, 1) ?? [])
    const go = (token: number): number[] | undefined => {
      if (forbidden.has(token) || this.#ends.includes(token) || --tries.left < 0) return undefined
      const rest = this.#after(token, () => this.#find(left - 1, tries))
      return rest && [token, ...rest]
    }
    for (const token of ways) {
      const found = go(token)
      if (found) return found
    }
    const mask = new Uint32Array(this.#scratch.length)
    if (tries.left < 0 || this.#allowedNow(mask) === 0) return undefined
    for (const token of bitsOf(mask)) {
      if (tries.left < 0) return undefined
      const found = ways.includes(token) ? undefined : go(token)
      if (found) return found
    }
    return undefined
  }

  /** What holds after a token, which is taken back; `undefined` where it may not follow. */
  #after<Result>(token: number, look: () => Result): Result | undefined {
    const [text, seam, way] = [this.#text, this.#seam, this.#way]
    const places = this.#constraints.map((constraint) => constraint.snapshot())
    try {
      return this.accept(token) ? look() : undefined
    } finally {
      this.#constraints.forEach((constraint, index) => constraint.restore(places[index]!))
      this.#text = text
      this.#seam = seam
      this.#way = way
    }
  }

  accept(token: number): boolean {
    if (!this.#constraints.every((constraint) => constraint.accept(token))) return false
    const piece = Buffer.from(this.#pieces[token] ?? []).toString('latin1')
    const text = this.#text + piece
    this.#text = text.slice(-this.#never.reach)
    this.#seam -= text.length - this.#text.length
    this.#way = this.#way?.[0] === token ? this.#way.slice(1) : undefined
    return true
  }

  /** One that is met lets nothing follow, whatever the others say. */
  get isComplete(): boolean {
    return (
      this.#constraints.length > 0 &&
      this.#constraints.every(({ canEnd }) => canEnd) &&
      this.#constraints.some(({ isComplete }) => isComplete)
    )
  }
}

function* bitsOf(mask: Uint32Array): Generator<number, void> {
  for (const [index, word] of mask.entries()) {
    for (let bits = word; bits !== 0; bits &= bits - 1) yield 32 * index + (31 - Math.clz32(bits & -bits))
  }
}

function clear(mask: Uint32Array, token: number): void {
  mask[token >>> 5]! &= ~(1 << (token & 31))
}

function countBits(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555)
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
