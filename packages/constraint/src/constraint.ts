import { Automaton, deadState } from './automaton/automaton.ts'
import { ConstraintError } from './errors/constraint-error.ts'
import { MaskComputer, type Mask } from './mask/compute-mask.ts'
import { refuseImpossible } from './refuse-impossible.ts'
import { parseSource, type ConstraintSource } from './source.ts'
import type { Vocabulary } from './vocabulary/vocabulary.ts'

export interface CompileOptions {
  /** Elementary steps that one call may take before it fails as `too-ambiguous`. */
  readonly workLimit?: number
  /** Bytes of masks kept; the least recently used go first. Default 64 MiB. */
  readonly maskCacheBytes?: number
  /** Milliseconds spent at once on the masks of the first states. Default 120. */
  readonly warmUp?: number
}

/** A source compiled for one vocabulary. Immutable but for caches, so concurrent generations share it. */
export interface Constraint {
  /** A generation before its first token. */
  start(): ConstraintState
  /** Computes masks of states near the start, going on where it stopped, until the time is spent; returns how many. */
  warmUp(milliseconds: number): number
  /** How much has been built so far. */
  readonly size: { readonly states: number; readonly masks: number; readonly maskBytes: number }
}

/** Where one generation stands. */
export interface ConstraintState {
  /**
   * Writes one bit per token, 32 to a word, token 0 the lowest bit; end tokens only where the text may end.
   * @returns how many tokens are allowed; 0 is a dead end: the vocabulary cannot spell what must follow
   */
  allowed(mask: Uint32Array): number
  /** Appends a token; false leaves the state as it was. An end token is accepted where the text may end. */
  accept(token: number): boolean
  /** The text is a match and nothing may follow. */
  readonly isComplete: boolean
  /** The text is a match; it may still go on. */
  readonly canEnd: boolean
  /** The state as one integer, valid for every generation of the same constraint. */
  snapshot(): number
  restore(snapshot: number): void
}

/**
 * @throws {ConstraintError} for a source with errors, one that no text of this vocabulary can meet, or one past the
 * limits of size
 */
export function compile(
  source: ConstraintSource,
  vocabulary: Vocabulary,
  options: CompileOptions = {},
): Constraint {
  const { grammar, stopAtFirstMatch } = parseSource(source)
  const automaton = new Automaton(grammar, {
    stopAtFirstMatch,
    canWrite: vocabulary.canWrite,
    ...(options.workLimit === undefined ? {} : { workLimit: options.workLimit }),
  })
  refuseImpossible(automaton)
  const constraint = new CompiledConstraint(automaton, vocabulary, options.maskCacheBytes ?? 64 * 2 ** 20)
  if (!vocabulary.hasEveryByte) constraint.refuseUnspellable()
  constraint.warmUp(options.warmUp ?? 120)
  return constraint
}

class CompiledConstraint implements Constraint {
  readonly automaton: Automaton
  readonly vocabulary: Vocabulary
  readonly #computer: MaskComputer
  readonly #maskCacheBytes: number
  readonly #masks = new Map<number, Mask>()
  #maskBytes = 0
  /** States whose masks the warm-up will compute next, and those it has come by. */
  readonly #ahead: number[]
  readonly #seen: Set<number>

  constructor(automaton: Automaton, vocabulary: Vocabulary, maskCacheBytes: number) {
    this.automaton = automaton
    this.vocabulary = vocabulary
    this.#computer = new MaskComputer(automaton, vocabulary)
    this.#maskCacheBytes = maskCacheBytes
    this.#ahead = [automaton.start]
    this.#seen = new Set([deadState, automaton.start])
  }

  get size(): { states: number; masks: number; maskBytes: number } {
    return { states: this.automaton.stateCount, masks: this.#masks.size, maskBytes: this.#maskBytes }
  }

  start(): ConstraintState {
    return new Generation(this, this.automaton.start)
  }

  maskOf(state: number): Mask {
    const known = this.#masks.get(state)
    if (known !== undefined) {
      this.#masks.delete(state)
      this.#masks.set(state, known)
      return known
    }
    this.automaton.beginStep()
    const mask = this.#computer.compute(state)
    this.#masks.set(state, mask)
    this.#maskBytes += bytesOf(mask)
    while (this.#maskBytes > this.#maskCacheBytes && this.#masks.size > 1) this.#dropOldestMask()
    return mask
  }

  #dropOldestMask(): void {
    const [state, mask] = this.#masks.entries().next().value as [number, Mask]
    this.#masks.delete(state)
    this.#maskBytes -= bytesOf(mask)
  }

  /** State after a token, dead if it may not follow. */
  after(state: number, token: number): number {
    const bytes = this.vocabulary.tokens[token]
    if (bytes === undefined || bytes.length === 0 || this.vocabulary.endTokens.includes(token))
      return deadState
    for (const byte of bytes) {
      state = this.automaton.stepByte(state, byte)
      if (state === deadState) return deadState
    }
    return state
  }

  warmUp(milliseconds: number): number {
    const until = performance.now() + milliseconds
    const { automaton } = this
    const ahead = this.#ahead
    const seen = this.#seen
    let computed = 0
    try {
      while (ahead.length > 0 && performance.now() < until) {
        const state = ahead.shift()!
        this.maskOf(state)
        computed++
        for (const next of automaton.row(state)) {
          if (seen.has(next)) continue
          seen.add(next)
          ahead.push(next)
        }
      }
    } catch (error) {
      // A state that a generation may never reach must not fail the compile; reaching it will.
      if (!(error instanceof ConstraintError)) throw error
    }
    return computed
  }

  /** Searches for any sequence of tokens that matches, as far as a bounded search can tell. */
  refuseUnspellable(): void {
    const queue = [this.automaton.start]
    const seen = new Set(queue)
    for (let state = queue.pop(), steps = 0; state !== undefined; state = queue.pop()) {
      if (this.automaton.canEnd(state)) return
      for (const token of tokensOf(this.maskOf(state))) {
        if (++steps > 200_000) return
        const next = this.after(state, token)
        if (next === deadState || seen.has(next)) continue
        seen.add(next)
        queue.push(next)
      }
    }
    throw new ConstraintError(
      'unsatisfiable',
      'No sequence of tokens of this vocabulary can meet the constraint',
      {
        hint: 'The text that it asks for cannot be written with the tokens of this model.',
      },
    )
  }
}

class Generation implements ConstraintState {
  readonly #constraint: CompiledConstraint
  #state: number

  constructor(constraint: CompiledConstraint, state: number) {
    this.#constraint = constraint
    this.#state = state
  }

  allowed(mask: Uint32Array): number {
    const { vocabulary } = this.#constraint
    const own = this.#constraint.maskOf(this.#state)
    if (own.kind === 'bits') {
      mask.set(own.bits)
    } else {
      mask.fill(0)
      for (const token of own.tokens) mask[token >>> 5]! |= 1 << (token & 31)
    }
    if (!this.canEnd) return own.count
    for (const token of vocabulary.endTokens) mask[token >>> 5]! |= 1 << (token & 31)
    return own.count + vocabulary.endTokens.length
  }

  accept(token: number): boolean {
    if (this.#constraint.vocabulary.endTokens.includes(token)) return this.canEnd
    this.#constraint.automaton.beginStep()
    const next = this.#constraint.after(this.#state, token)
    if (next === deadState) return false
    this.#state = next
    return true
  }

  get isComplete(): boolean {
    return this.canEnd && this.#constraint.automaton.isFinal(this.#state)
  }

  get canEnd(): boolean {
    return this.#constraint.automaton.canEnd(this.#state)
  }

  snapshot(): number {
    return this.#state
  }

  restore(snapshot: number): void {
    if (
      !Number.isInteger(snapshot) ||
      snapshot <= deadState ||
      snapshot >= this.#constraint.automaton.stateCount
    ) {
      throw new RangeError(`${snapshot} is no snapshot of this constraint`)
    }
    this.#state = snapshot
  }
}

function bytesOf(mask: Mask): number {
  return 96 + (mask.kind === 'bits' ? mask.bits.byteLength : mask.tokens.byteLength)
}

function tokensOf(mask: Mask): number[] {
  if (mask.kind === 'list') return [...mask.tokens]
  return Array.from({ length: mask.bits.length * 32 }, (_, token) => token).filter(
    (token) => ((mask.bits[token >>> 5]! >>> (token & 31)) & 1) === 1,
  )
}
