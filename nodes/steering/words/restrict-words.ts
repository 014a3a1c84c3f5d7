import type { ConstraintSource, ConstraintState } from '@woolgather/constraint'
import type { FinishingConstraint, GenerationConstraint, LanguageModel } from '@woolgather/llama'
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
): Promise<GenerationConstraint | FinishingConstraint | undefined> {
  const never = biases.filter(({ weight }) => weight === 'never')
  if (never.length === 0 && constraints.length < 2) return constraints[0]
  const pieces = await model.tokenBytes()
  const words = wordsIn(pieces, never)
  const [only, ...others] = constraints
  if (only === undefined || others.length > 0)
    return new RestrictedText(pieces, model.endTokens(), constraints, words, prompt)
  return new FinishingText(pieces, model.endTokens(), only, words, prompt)
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

class RestrictedText implements GenerationConstraint {
  readonly #pieces: readonly Uint8Array[]
  readonly #ends: readonly number[]
  readonly #constraints: readonly ConstraintState[]
  protected readonly never: NeverWords
  readonly #scratch: Uint32Array
  /** The end of what was read and written. */
  #text: string
  /** Where the answer begins in it. */
  #seam: number

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
    this.never = never
    this.#scratch = new Uint32Array(Math.ceil(pieces.length / 32))
    this.#text = Buffer.from(prompt.slice(-never.reach)).toString('latin1').slice(-never.reach)
    this.#seam = this.#text.length
  }

  /** @param left see `FinishingConstraint` */
  allowed(mask: Uint32Array, left?: number): number {
    const count = this.#allowedNow(mask, left)
    if (count > few || this.#constraints.length === 0) return count
    const tries = { left: mostTries }
    for (const token of bitsOf(mask)) if (!this.#leadsOn(token, tries)) clear(mask, token)
    return [...bitsOf(mask)].length
  }

  #allowedNow(mask: Uint32Array, left?: number): number {
    mask.fill(0xffffffff)
    const spare = mask.length * 32 - this.#pieces.length
    if (spare > 0) mask[mask.length - 1] = 0xffffffff >>> spare
    for (const constraint of this.#constraints) {
      constraint.allowed(this.#scratch, left)
      for (let word = 0; word < mask.length; word++) mask[word]! &= this.#scratch[word]!
    }
    for (const token of this.never.forbiddenAfter(this.#text, this.#seam)) clear(mask, token)
    return mask.reduce((count, word) => count + countBits(word), 0)
  }

  /** Whether a token is no beginning of a word that must not come, or leaves another way to go on. */
  #leadsOn(token: number, tries: { left: number }): boolean {
    if (this.#ends.includes(token)) return true
    const [text, seam] = [this.#text, this.#seam]
    const places = this.#constraints.map((constraint) => constraint.snapshot())
    try {
      if (!this.accept(token)) return false
      if (!this.never.hasBegunIn(this.#text, this.#seam) || this.isComplete) return true
      const mask = new Uint32Array(this.#scratch.length)
      if (this.#allowedNow(mask) > few) return true
      for (const next of bitsOf(mask)) if (--tries.left < 0 || this.#leadsOn(next, tries)) return true
      return false
    } finally {
      this.#constraints.forEach((constraint, index) => constraint.restore(places[index]!))
      this.#text = text
      this.#seam = seam
    }
  }

  accept(token: number): boolean {
    if (!this.#constraints.every((constraint) => constraint.accept(token))) return false
    const piece = Buffer.from(this.#pieces[token] ?? []).toString('latin1')
    const text = this.#text + piece
    this.#text = text.slice(-this.never.reach)
    this.#seam -= text.length - this.#text.length
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

/** One constraint without the words that must never come: it can be ended in time as it could be with them. */
class FinishingText extends RestrictedText implements FinishingConstraint {
  readonly #constraint: ConstraintState

  constructor(
    pieces: readonly Uint8Array[],
    ends: readonly number[],
    constraint: ConstraintState,
    never: NeverWords,
    prompt: string,
  ) {
    super(pieces, ends, [constraint], never, prompt)
    this.#constraint = constraint
  }

  /** What a word takes away is no way out; where that is all there is, the text goes on. */
  override allowed(mask: Uint32Array, left?: number): number {
    const count = super.allowed(mask, left)
    return count > 0 || left === undefined ? count : super.allowed(mask)
  }

  get canEnd(): boolean {
    return this.#constraint.canEnd
  }

  avoid(tokens: Iterable<number>): void {
    this.#constraint.avoid([...tokens, ...this.never.forbiddenAfter('', 0)])
  }

  tokensToEnd(): number {
    return this.#constraint.tokensToEnd()
  }

  endsWithin(token: number, left: number): boolean {
    return this.#constraint.endsWithin(token, left)
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
