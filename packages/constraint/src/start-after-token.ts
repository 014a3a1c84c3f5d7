import type { ConstraintState } from './constraint.ts'
import type { Vocabulary } from './vocabulary/vocabulary.ts'

/** Where a text stands before its constraint begins. */
export interface Gate {
  /** The token that the constraint begins after. */
  readonly closes: number
  /** The token that free text begins with; without it the constraint holds from the start. Absent: the text is free. */
  readonly opens?: number
}

/** A constraint that begins after a token: before it, every token but the end of the text may be written. */
export function startAfterToken(
  inner: ConstraintState,
  { closes, opens }: Gate,
  { size, endTokens }: Pick<Vocabulary, 'size' | 'endTokens'>,
): ConstraintState {
  return new GatedState(inner, { closes, ...(opens !== undefined && { opens }) }, size, endTokens)
}

type Phase = 'undecided' | 'free' | 'constrained'
const phases: readonly Phase[] = ['undecided', 'free', 'constrained']

class GatedState implements ConstraintState {
  readonly #inner: ConstraintState
  readonly #gate: Gate
  readonly #size: number
  readonly #ends: ReadonlySet<number>
  #phase: Phase

  constructor(inner: ConstraintState, gate: Gate, size: number, ends: readonly number[]) {
    this.#inner = inner
    this.#gate = gate
    this.#size = size
    this.#ends = new Set(ends.filter((token) => token !== gate.closes))
    this.#phase = gate.opens === undefined ? 'free' : 'undecided'
  }

  allowed(mask: Uint32Array, left?: number): number {
    if (this.#phase === 'free') return this.#allowedFree(mask, left)
    const count = this.#inner.allowed(mask, left)
    const { opens } = this.#gate
    if (this.#phase === 'constrained' || opens === undefined) return count
    if (left !== undefined && !this.endsWithin(opens, left)) return count
    const isNew = (mask[opens >>> 5]! & (1 << (opens & 31))) === 0
    mask[opens >>> 5]! |= 1 << (opens & 31)
    return isNew ? count + 1 : count
  }

  #allowedFree(mask: Uint32Array, left: number | undefined): number {
    const { closes } = this.#gate
    if (left !== undefined && left <= 1 + this.#inner.tokensToEnd()) {
      mask.fill(0)
      mask[closes >>> 5]! |= 1 << (closes & 31)
      return 1
    }
    mask.fill(0xffffffff)
    if (this.#size % 32 > 0) mask[mask.length - 1] = 2 ** (this.#size % 32) - 1
    for (const token of this.#ends) mask[token >>> 5]! &= ~(1 << (token & 31))
    return this.#size - this.#ends.size
  }

  accept(token: number): boolean {
    if (this.#phase === 'constrained') return this.#inner.accept(token)
    if (this.#phase === 'undecided') {
      if (token === this.#gate.opens) this.#phase = 'free'
      else if (this.#inner.accept(token)) this.#phase = 'constrained'
      else return false
      return true
    }
    if (this.#ends.has(token)) return false
    if (token === this.#gate.closes) this.#phase = 'constrained'
    return true
  }

  get isComplete(): boolean {
    return this.#phase === 'constrained' && this.#inner.isComplete
  }

  get canEnd(): boolean {
    return this.#phase !== 'free' && this.#inner.canEnd
  }

  avoid(tokens: Iterable<number>): void {
    this.#inner.avoid(tokens)
  }

  tokensToEnd(): number {
    return this.#inner.tokensToEnd() + (this.#phase === 'free' ? 1 : 0)
  }

  wayOut(): readonly number[] | undefined {
    const way = this.#inner.wayOut()
    return way !== undefined && this.#phase === 'free' ? [this.#gate.closes, ...way] : way
  }

  endsWithin(token: number, left: number): boolean {
    if (this.#phase === 'constrained') return this.#inner.endsWithin(token, left)
    const after = this.#inner.tokensToEnd()
    if (this.#phase === 'undecided')
      return token === this.#gate.opens ? after + 2 <= left : this.#inner.endsWithin(token, left)
    return token === this.#gate.closes ? after + 1 <= left : after + 2 <= left
  }

  snapshot(): number {
    return this.#inner.snapshot() * phases.length + phases.indexOf(this.#phase)
  }

  restore(snapshot: number): void {
    this.#inner.restore(Math.floor(snapshot / phases.length))
    this.#phase = phases[snapshot % phases.length]!
  }
}
