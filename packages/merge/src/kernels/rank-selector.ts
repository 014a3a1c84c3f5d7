/**
 * Exact order statistics of non-negative floats that are too many to sort or keep. As bits, such floats order like
 * integers: a first pass counts their upper 16 bits, a second the lower 15 of those that share the wanted ones'
 * upper half.
 *
 * Use: `count` over everything, `choose` the ranks, `refine` over everything again, then `at`.
 */
export class RankSelector {
  readonly #coarse = new Uint32Array(65_536)
  #total = 0
  #wanted: Wanted[] = []

  get total(): number {
    return this.#total
  }

  /** First pass: the bits of `count` floats, whose signs are ignored. */
  count(bits: Int32Array, count: number): void {
    countUpper(this.#coarse, bits, count)
    this.#total += count
  }

  /** Whether NaN or infinity was counted. */
  get sawNonFinite(): boolean {
    return this.#coarse.subarray(firstNonFinite).some((count) => count > 0)
  }

  /** Ranks to find, from 0 (the smallest) to `total` − 1. */
  choose(ranks: readonly number[]): void {
    this.#wanted = ranks.map((rank) => this.#locate(rank))
  }

  #locate(rank: number): Wanted {
    let before = 0
    for (let upper = 0; upper < this.#coarse.length; upper++) {
      const count = this.#coarse[upper]!
      if (rank < before + count) return { rank, upper, before, lower: new Uint32Array(32_768) }
      before += count
    }
    throw new RangeError(`There is no rank ${rank} among ${this.#total}`)
  }

  /** Second pass, over the same floats. */
  refine(bits: Int32Array, count: number): void {
    for (const { upper, lower } of this.#wanted) countLower(lower, upper, bits, count)
  }

  /** The bits of the float of the chosen rank, and how many floats are smaller. */
  at(rank: number): RankedValue {
    const wanted = this.#wanted.find((candidate) => candidate.rank === rank)
    if (wanted === undefined) throw new RangeError(`Rank ${rank} was not chosen`)
    let smaller = wanted.before
    for (let low = 0; low < wanted.lower.length; low++) {
      const count = wanted.lower[low]!
      if (rank < smaller + count) return { bits: (wanted.upper << 15) | low, smaller }
      smaller += count
    }
    throw new RangeError(`Rank ${rank} was counted once but not again`)
  }
}

export interface RankedValue {
  bits: number
  smaller: number
}

interface Wanted {
  rank: number
  upper: number
  before: number
  lower: Uint32Array
}

/** Upper halves with all exponent bits set. */
const firstNonFinite = 0xff00

function countUpper(counts: Uint32Array, bits: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) counts[(bits[i]! & 0x7fffffff) >>> 15]!++
}

function countLower(counts: Uint32Array, upper: number, bits: Int32Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const value = bits[i]! & 0x7fffffff
    if (value >>> 15 === upper) counts[value & 0x7fff]!++
  }
}

/** The float whose bits these are. */
export function floatOfBits(bits: number): number {
  return new Float32Array(Int32Array.of(bits).buffer)[0]!
}
