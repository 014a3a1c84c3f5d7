import { Automaton, deadState } from './automaton/automaton.ts'
import type { Endings } from './automaton/endings.ts'
import { ConstraintError } from './errors/constraint-error.ts'
import { chooseCharacter } from './finish/choose-character.ts'
import { Finisher } from './finish/finisher.ts'
import { allAtOnce, type Steps } from './grammar/steps.ts'
import { MaskComputer, type Mask } from './mask/compute-mask.ts'
import { PlaceTable } from './memory/place-table.ts'
import { baseOf, Remembering, type State } from './memory/remembering.ts'
import { MaskSieve } from './memory/sift-mask.ts'
import { prepareForTokens, type PreparedSource } from './prepare-source.ts'
import type { ConstraintSource } from './source.ts'
import { allow, TokenSteps } from './tokens/token-steps.ts'
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
   * @param left how many tokens may still be written: only those after which the text can be ended in what is left.
   * Without any such, all that may follow
   * @returns how many tokens are allowed; 0 is a dead end: the vocabulary cannot spell what must follow
   */
  allowed(mask: Uint32Array, left?: number): number
  /** Appends a token; false leaves the state as it was. An end token is accepted where the text may end. */
  accept(token: number): boolean
  /** The text is a match and nothing may follow. */
  readonly isComplete: boolean
  /** The text is a match; it may still go on. */
  readonly canEnd: boolean
  /** Tokens that can never be written, so no way out may need them. Called before any other. */
  avoid(tokens: Iterable<number>): void
  /** How many tokens end the text at the soonest, as its shortest ending is spelled; Infinity where no way is known. */
  tokensToEnd(): number
  /** The tokens of such an ending; `undefined` where no way is known. */
  wayOut(): readonly number[] | undefined
  /** Whether the text can be ended in time where `token`, which is allowed, is the first of `left` more. */
  endsWithin(token: number, left: number): boolean
  /**
   * The state as one integer, valid for every generation of the same constraint. Of states in which what was written is
   * remembered the last 65,536 that were asked for are.
   */
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
  return allAtOnce(compileInSteps(source, vocabulary, options))
}

export function* compileInSteps(
  source: ConstraintSource,
  vocabulary: Vocabulary,
  options: CompileOptions,
): Steps<Constraint> {
  const prepared = yield* prepareForTokens(source, vocabulary)
  yield
  return constraintOf(prepared, vocabulary, options)
}

export function constraintOf(
  { prepared, stopAtFirstMatch, named }: PreparedSource,
  vocabulary: Vocabulary,
  options: CompileOptions,
): Constraint {
  const automaton = new Automaton(prepared, {
    stopAtFirstMatch,
    ...(options.workLimit === undefined ? {} : { workLimit: options.workLimit }),
  })
  const constraint = new CompiledConstraint(
    automaton,
    vocabulary,
    options.maskCacheBytes ?? 64 * 2 ** 20,
    named === undefined ? undefined : new TokenSteps(automaton, vocabulary, named),
  )
  if (!vocabulary.hasEveryByte) constraint.refuseUnspellable()
  constraint.warmUp(options.warmUp ?? 120)
  return constraint
}

class CompiledConstraint implements Constraint {
  readonly automaton: Automaton
  readonly vocabulary: Vocabulary
  readonly #computer: MaskComputer
  readonly #maskCacheBytes: number
  /** Where the grammar names tokens. */
  readonly named: TokenSteps | undefined
  /** Where what is written must be remembered. */
  readonly remembering: Remembering | undefined
  readonly #sieve: MaskSieve | undefined
  readonly places = new PlaceTable()
  #endings: Endings | undefined
  #finisher: Finisher | undefined
  readonly #masks = new Map<number, Mask>()
  #maskBytes = 0
  /** States whose masks the warm-up will compute next, and those it has come by. */
  readonly #ahead: number[]
  readonly #seen: Set<number>

  constructor(
    automaton: Automaton,
    vocabulary: Vocabulary,
    maskCacheBytes: number,
    named: TokenSteps | undefined,
  ) {
    this.named = named
    this.automaton = automaton
    this.vocabulary = vocabulary
    this.#computer = new MaskComputer(automaton, vocabulary, (state) => this.maskOf(state))
    this.#maskCacheBytes = maskCacheBytes
    this.remembering = automaton.hasMemory ? new Remembering(automaton) : undefined
    this.#sieve = this.remembering && new MaskSieve(automaton, vocabulary, this.remembering)
    this.#ahead = [automaton.start]
    this.#seen = new Set([deadState, automaton.start])
  }

  get size(): { states: number; masks: number; maskBytes: number } {
    return { states: this.automaton.stateCount, masks: this.#masks.size, maskBytes: this.#maskBytes }
  }

  /** Made where first asked for: what is never to be finished does not pay for it. */
  get endings(): Endings {
    return (this.#endings ??= this.automaton.endings(
      (set) => this.named?.choose(set) ?? chooseCharacter(set, this.vocabulary),
    ))
  }

  /** Shared by all generations that avoid nothing. */
  get finisher(): Finisher {
    return (this.#finisher ??= new Finisher(this, new Set()))
  }

  /** Tokens of what is remembered nothing of: those that repeat something are among them. */
  tokensAfter(state: State): Iterable<number> {
    const base = baseOf(state)
    const written = tokensOf(this.maskOf(base))
    return this.named === undefined ? written : new Set([...written, ...this.named.tokensAfter(base)])
  }

  /** Takes the tokens that repeat something out of a mask; returns how many there were. */
  sift(mask: Uint32Array, state: State): number {
    if (this.#sieve === undefined) return 0
    this.automaton.beginStep()
    return this.#sieve.sift(mask, state)
  }

  /** Adds the tokens that the grammar names here to a mask; returns how many were not in it. */
  allowNamed(state: number, mask: Uint32Array): number {
    return this.named?.allow(state, mask) ?? 0
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

  /** State after a token, dead if it may not follow. What is remembered is text: it goes before tokens that are named. */
  after(state: State, token: number): State {
    const written = this.#afterText(state, token)
    if (this.named === undefined || typeof written !== 'number') return written
    return this.automaton.either(written, this.named.after(baseOf(state), token))
  }

  #afterText(state: State, token: number): State {
    const bytes = this.vocabulary.tokens[token]
    if (bytes === undefined || bytes.length === 0 || this.vocabulary.endTokens.includes(token))
      return deadState
    if (this.remembering !== undefined) return this.remembering.after(state, bytes)
    if (typeof state !== 'number') return deadState
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
    const queue: State[] = [this.automaton.start]
    const seen = new Set([this.automaton.start])
    let isWhole = true
    for (let state = queue.pop(), steps = 0; state !== undefined; state = queue.pop()) {
      if (this.automaton.canEnd(baseOf(state))) return
      for (const token of this.tokensAfter(state)) {
        if (++steps > 200_000) return
        const next = this.after(state, token)
        if (next === deadState || seen.has(baseOf(next))) continue
        // Of what is remembered one way to each state is tried.
        if (typeof next !== 'number') isWhole = false
        seen.add(baseOf(next))
        queue.push(next)
      }
    }
    if (!isWhole) return
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
  #state: State
  #avoiding: Finisher | undefined
  /** A way out of the state, once it was asked for. */
  #wayOut: readonly number[] | undefined

  constructor(constraint: CompiledConstraint, state: number) {
    this.#constraint = constraint
    this.#state = state
  }

  allowed(mask: Uint32Array, left?: number): number {
    const inTime = left === undefined ? 0 : this.#allowedInTime(mask, left)
    if (inTime > 0) return inTime
    const own = this.#constraint.maskOf(baseOf(this.#state))
    if (own.kind === 'bits') {
      mask.set(own.bits)
    } else {
      mask.fill(0)
      for (const token of own.tokens) mask[token >>> 5]! |= 1 << (token & 31)
    }
    const removed = this.#constraint.sift(mask, this.#state)
    const named = this.#constraint.allowNamed(baseOf(this.#state), mask)
    return own.count - removed + named + this.#allowEnd(mask)
  }

  #allowEnd(mask: Uint32Array): number {
    if (!this.canEnd) return 0
    const { endTokens } = this.#constraint.vocabulary
    return allow(endTokens, mask)
  }

  /** 0 where no way out is short enough. */
  #allowedInTime(mask: Uint32Array, left: number): number {
    mask.fill(0)
    let count = this.#allowEnd(mask)
    if (left <= 0) return count
    this.#constraint.automaton.beginStep()
    const way = this.wayOut() ?? []
    const inTime = this.#finisher.tokensInTime(this.#state, left - 1)
    const sure = way.length > 0 && way.length <= left ? [way[0]!] : []
    for (const token of [...inTime, ...sure]) {
      const bit = 1 << (token & 31)
      if ((mask[token >>> 5]! & bit) === 0) count++
      mask[token >>> 5]! |= bit
    }
    return count
  }

  wayOut(): readonly number[] | undefined {
    return (this.#wayOut ??= this.#finisher.tokensToEnd(this.#state))
  }

  avoid(tokens: Iterable<number>): void {
    const avoided = new Set(tokens)
    if (avoided.size > 0) this.#avoiding = new Finisher(this.#constraint, avoided)
  }

  get #finisher(): Finisher {
    return this.#avoiding ?? this.#constraint.finisher
  }

  tokensToEnd(): number {
    this.#constraint.automaton.beginStep()
    return this.#finisher.countToEnd(this.#state)
  }

  endsWithin(token: number, left: number): boolean {
    if (this.#constraint.vocabulary.endTokens.includes(token)) return true
    this.#constraint.automaton.beginStep()
    if (this.#wayOut?.[0] === token && this.#wayOut.length <= left) return true
    const next = this.#constraint.after(this.#state, token)
    return next !== deadState && this.#finisher.endsWithin(next, left - 1)
  }

  accept(token: number): boolean {
    const ends = this.#constraint.vocabulary.endTokens.includes(token)
    if (ends && this.canEnd) return true
    this.#constraint.automaton.beginStep()
    const next = this.#constraint.after(this.#state, token)
    if (next === deadState) return false
    this.#state = next
    this.#wayOut = this.#wayOut?.[0] === token ? this.#wayOut.slice(1) : undefined
    return true
  }

  get isComplete(): boolean {
    return this.canEnd && this.#constraint.automaton.isFinal(baseOf(this.#state))
  }

  get canEnd(): boolean {
    return this.#constraint.automaton.canEnd(baseOf(this.#state))
  }

  snapshot(): number {
    return this.#constraint.places.numberOf(this.#state)
  }

  restore(snapshot: number): void {
    const { automaton, places } = this.#constraint
    const isState = Number.isInteger(snapshot) && snapshot > deadState && snapshot < automaton.stateCount
    const state = isState ? snapshot : places.placeOf(snapshot)
    if (state === undefined) throw new RangeError(`${snapshot} is no snapshot of this constraint`)
    this.#state = state
    this.#wayOut = undefined
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
