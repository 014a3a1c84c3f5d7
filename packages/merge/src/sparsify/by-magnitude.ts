import type { Block } from '../kernels/block.ts'
import { RankSelector } from '../kernels/rank-selector.ts'
import { Rescaler, scale, sumMagnitudes, type BlockScan, type Sparsifier } from './sparsifier.ts'

/** Ranks by magnitude that are kept, from 0 (the smallest): `from` up to before `to`. */
export interface KeptRanks {
  from: number
  to: number
}

/**
 * Keeps the elements whose magnitudes have the given ranks among `total`; equal magnitudes rank in the order they
 * lie in.
 */
export function keepByMagnitude({ from, to }: KeptRanks, total: number, rescale: boolean): Sparsifier {
  const selector = new RankSelector()
  const ranks = [from, to].filter((rank) => rank > 0 && rank < total)
  const band = new Band()
  const rescaler = new Rescaler()

  const scans: BlockScan[] = [
    {
      see: ({ bits, count }) => selector.count(bits, count),
      end: () => selector.choose(ranks),
    },
    {
      see: ({ bits, count }) => selector.refine(bits, count),
      end: () => band.set(selector, from, to, total),
    },
  ]
  if (rescale) {
    scans.push({
      see: (block) => {
        const before = sumMagnitudes(block)
        band.apply(block, 1)
        rescaler.add(before, sumMagnitudes(block))
      },
      end: () => band.restart(),
    })
  }
  return {
    scans,
    get sawNonFinite() {
      return selector.sawNonFinite
    },
    apply: (block) => band.apply(block, rescale ? rescaler.factor : 1),
  }
}

/**
 * The magnitudes of a run of ranks: those strictly between two bounds, and of those equal to a bound the ones that
 * come late enough (lower bound) or early enough (upper).
 */
class Band {
  #low = -1
  #high = 0x7fffffff
  readonly #equals = new Int32Array(4)

  set(selector: RankSelector, from: number, to: number, total: number): void {
    if (from >= total) this.#low = 0x7fffffff
    else if (from > 0) {
      const bound = selector.at(from)
      this.#low = bound.bits
      this.#equals[skipLow] = from - bound.smaller
    }
    if (to < total) {
      const bound = to > 0 ? selector.at(to) : { bits: 0, smaller: 0 }
      this.#high = bound.bits
      this.#equals[keepHigh] = to - bound.smaller
    }
  }

  restart(): void {
    this.#equals[seenLow] = 0
    this.#equals[seenHigh] = 0
  }

  /** Zeroes what is outside and scales the rest. Must go through the elements in order. */
  apply({ values, bits, count }: Block, factor: number): void {
    zeroOutside(bits, count, this.#low, this.#high, this.#equals)
    if (factor !== 1) scale(values, count, factor)
  }
}

// Places in the counts of elements equal to a bound.
const seenLow = 0
const skipLow = 1
const seenHigh = 2
const keepHigh = 3

/**
 * All in integers: the sign of a difference, spread over all bits, is the mask; a branch would be mispredicted for
 * many of the elements. Those equal to a bound are few.
 */
function zeroOutside(bits: Int32Array, count: number, low: number, high: number, equals: Int32Array): void {
  for (let i = 0; i < count; i++) {
    const value = bits[i]! & 0x7fffffff
    let mask = ((low - value) >> 31) & ((value - high) >> 31)
    if (value === low) {
      const place = equals[seenLow]!
      equals[seenLow] = place + 1
      mask = place >= equals[skipLow]! ? -1 : 0
      if (value === high && place >= equals[keepHigh]!) mask = 0
    } else if (value === high) {
      const place = equals[seenHigh]!
      equals[seenHigh] = place + 1
      mask = place < equals[keepHigh]! ? -1 : 0
    }
    bits[i]! &= mask
  }
}
