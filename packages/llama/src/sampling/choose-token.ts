import { LlamaError } from '../contract/error.ts'
import type { FinishingConstraint, GenerationConstraint, TokenLogprob } from '../contract/interface.ts'
import type { LogitsRow } from '../native/logits-row.ts'
import { logSumExp, topTokens } from '../mixing/log-probabilities.ts'
import type { Vocabulary } from '../native/vocabulary.ts'
import type { Sampler } from './sampler.ts'
import { applySequenceBias, type SequenceBiases } from './sequence-bias.ts'

/** Where at most this part of the vocabulary is left, the sampler gets only that; else the rest is masked. */
const few = 0.5

export interface Choice {
  token: number
  logprob: TokenLogprob | undefined
  /** Another was drawn first, after which the text could not have been ended in time. */
  again?: boolean
}

/** The tokens that may come next: the first `count` of the ids, or a bit for each token. */
type Allowed = { tokens: Int32Array; count: number } | { mask: Uint32Array }

export interface Restrictions {
  constraint: GenerationConstraint | undefined
  /** The first `count` of `tokens`; absent: all. May be overwritten. */
  allowed: { tokens: Int32Array; count: number } | undefined
  /** What was read and written so far. */
  before: readonly number[]
  /** The constraint is to be met within `left` tokens, of which this is the first. */
  finishing?: { constraint: FinishingConstraint; left: number } | undefined
}

/** Chooses one generation's tokens: notes log-probabilities, restricts, and lets the native chain sample. */
export class TokenChooser {
  readonly #sampler: Sampler
  readonly #vocabulary: Vocabulary
  readonly #alternatives: number | undefined
  readonly #sequenceBiases: SequenceBiases
  #scratch: Int32Array | undefined
  #mask: Uint32Array | undefined

  /** @param alternatives how many alternatives to note with each token; absent: no log-probabilities at all */
  constructor(
    sampler: Sampler,
    vocabulary: Vocabulary,
    alternatives: number | undefined,
    sequenceBiases: SequenceBiases = [],
  ) {
    this.#sequenceBiases = sequenceBiases
    this.#sampler = sampler
    this.#vocabulary = vocabulary
    this.#alternatives = alternatives
  }

  get recordsLogprobs(): boolean {
    return this.#alternatives !== undefined
  }

  /** Room for every token id, used for one choice at a time. */
  get scratch(): Int32Array {
    return (this.#scratch ??= new Int32Array(this.#vocabulary.size))
  }

  /** @throws LlamaError constraint-dead-end, invalid-sampling */
  choose(row: LogitsRow, restrictions: Restrictions): Choice | Promise<Choice> {
    const originals = new Map<number, number>()
    const describe = this.#noteLogprobs(row, originals)
    this.#bias(row, restrictions.before, originals)
    const { finishing } = restrictions
    if (finishing && !this.#sampler.hasGrammar) {
      const chosen = this.#sampleInTime(row, restrictions, finishing)
      return { ...chosen, logprob: describe?.(chosen.token) }
    }
    const token = this.#sample(row, this.#restrict(restrictions))
    if (typeof token === 'number') return { token, logprob: describe?.(token) }
    return token.then((one) => ({ token: one, logprob: describe?.(one) }))
  }

  /** Writes into the row; `originals` gets what stood there. */
  #bias(row: LogitsRow, before: readonly number[], originals: Map<number, number>): void {
    if (this.#sequenceBiases.length === 0) return
    const changed = applySequenceBias(row.borrow(), before, this.#sequenceBiases)
    for (const [token, logit] of changed) originals.set(token, logit)
  }

  #sample(row: LogitsRow, allowed: Allowed | undefined): number | Promise<number> {
    if (allowed === undefined) return this.#sampler.sample(row.context, row.index, row.written)
    if ('mask' in allowed) {
      strikeOut(row.borrow(), allowed.mask)
      return this.#sampler.sample(row.context, row.index, row.written)
    }
    const { tokens, count } = allowed
    const size = this.#vocabulary.size
    if (count <= few * size && !this.#sampler.hasGrammar) {
      return this.#sampler.sampleFrom(row.context.logits(row.index), tokens, count)
    }
    if (count < size) keepOnly(row.borrow(), tokens, count)
    return this.#sampler.sample(row.context, row.index, row.written)
  }

  /** Nearly always the first draw stands, so what leaves time to end is worked out only where it does not. */
  #sampleInTime(
    row: LogitsRow,
    restrictions: Restrictions,
    { constraint, left }: { constraint: FinishingConstraint; left: number },
  ): { token: number; again: boolean } {
    const allowed = this.#restrict(restrictions)
    const first = this.#pick(row, allowed)
    if (constraint.endsWithin(first, left)) {
      this.#sampler.accept(first)
      return { token: first, again: false }
    }
    const plausible = restrictions.allowed && allowed && 'tokens' in allowed ? allowed : undefined
    const inTime = this.#restrict({ ...restrictions, allowed: plausible }, left)
    const token = this.#onlyEnd(inTime) ?? this.#pick(row, inTime)
    this.#sampler.accept(token)
    return { token, again: true }
  }

  #pick(row: LogitsRow, allowed: Allowed | undefined): number {
    if (allowed !== undefined && 'tokens' in allowed)
      return this.#sampler.pickFrom(row.context.logits(row.index), allowed.tokens, allowed.count)
    if (allowed !== undefined) strikeOut(row.borrow(), allowed.mask)
    return this.#sampler.pickFrom(row.context.logits(row.index))
  }

  /** An end token where nothing else is in time: it ends the text even where a bias forbids the model to write it. */
  #onlyEnd(allowed: Allowed | undefined): number | undefined {
    if (allowed === undefined || !('tokens' in allowed)) return undefined
    const { tokens, count } = allowed
    return tokens.subarray(0, count).every((token) => this.#vocabulary.endsGeneration(token))
      ? tokens[0]
      : undefined
  }

  /** What both the cut and the constraint allow. */
  #restrict({ constraint, allowed }: Restrictions, left?: number): Allowed | undefined {
    if (!constraint) return allowed
    const mask = (this.#mask ??= new Uint32Array(Math.ceil(this.#vocabulary.size / 32)))
    const count =
      left === undefined ? constraint.allowed(mask) : (constraint as FinishingConstraint).allowed(mask, left)
    if (count === 0) throw deadEnd('The constraint allows no token of this model’s vocabulary here')
    if (allowed === undefined) {
      // Where most are allowed, striking out the others is less work than listing them.
      if (count > few * this.#vocabulary.size) return { mask }
      return { tokens: this.scratch, count: listBits(mask, this.scratch) }
    }
    const both = keepBits(mask, allowed.tokens, allowed.count)
    // Rather an unlikely token than none: what must be written goes before what is plausible.
    if (both === 0) return { tokens: allowed.tokens, count: listBits(mask, allowed.tokens) }
    return { tokens: allowed.tokens, count: both }
  }

  #noteLogprobs(
    row: LogitsRow,
    originals: ReadonlyMap<number, number>,
  ): ((token: number) => TokenLogprob) | undefined {
    if (this.#alternatives === undefined) return undefined
    const logits = row.context.logits(row.index)
    const top = topTokens(logits, this.#alternatives)
    const total = logSumExp(logits)
    const alternatives = top.map((token) => this.#describe(token, logits[token]! - total))
    return (token) => ({
      ...this.#describe(token, (originals.get(token) ?? logits[token]!) - total),
      alternatives,
    })
  }

  #describe(token: number, logprob: number): { token: number; text: string; logprob: number } {
    return { token, text: this.#vocabulary.show(token), logprob }
  }
}

function keepOnly(row: Float32Array, tokens: Int32Array, count: number): void {
  let next = 0
  for (let token = 0; token < row.length; token++) {
    if (next < count && tokens[next] === token) next++
    else row[token] = -Infinity
  }
}

/** Makes the tokens impossible whose bits are not set. */
function strikeOut(row: Float32Array, mask: Uint32Array): void {
  for (let word = 0; word < mask.length; word++) {
    for (let bits = ~mask[word]!; bits !== 0; bits &= bits - 1) {
      const token = 32 * word + (31 - Math.clz32(bits & -bits))
      if (token < row.length) row[token] = -Infinity
    }
  }
}

/** Tokens whose bits are set, ascending; returns how many. */
function listBits(mask: Uint32Array, target: Int32Array): number {
  let count = 0
  for (let word = 0; word < mask.length; word++) {
    let bits = mask[word]!
    while (bits !== 0) {
      const lowest = 31 - Math.clz32(bits & -bits)
      target[count++] = 32 * word + lowest
      bits &= bits - 1
    }
  }
  return count
}

/** Keeps those of the tokens whose bits are set, in place; returns how many. */
function keepBits(mask: Uint32Array, tokens: Int32Array, count: number): number {
  let kept = 0
  for (let index = 0; index < count; index++) {
    const token = tokens[index]!
    if ((mask[token >>> 5]! >>> (token & 31)) & 1) tokens[kept++] = token
  }
  return kept
}

function deadEnd(message: string): LlamaError {
  return new LlamaError('constraint-dead-end', `${message}.`, {
    hint: 'Loosen the constraint, or use a model whose vocabulary has the characters it asks for.',
  })
}
