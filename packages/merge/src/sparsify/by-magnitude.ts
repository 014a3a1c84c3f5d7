import { RankSelector } from '../kernels/rank-selector.ts'
import { Rescaler, sumMagnitudes, type Block, type BlockScan, type Sparsifier } from './sparsifier.ts'

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
  #skipLow = 0
  #keepHigh = 0
  #seenLow = 0
  #seenHigh = 0

  set(selector: RankSelector, from: number, to: number, total: number): void {
    if (from >= total) this.#low = 0x7fffffff
    else if (from > 0) {
      const bound = selector.at(from)
      this.#low = bound.bits
      this.#skipLow = from - bound.smaller
    }
    if (to < total) {
      const bound = to > 0 ? selector.at(to) : { bits: 0, smaller: 0 }
      this.#high = bound.bits
      this.#keepHigh = to - bound.smaller
    }
  }

  restart(): void {
    this.#seenLow = 0
    this.#seenHigh = 0
  }

  /** Zeroes what is outside and scales the rest. Must go through the elements in order. */
  apply({ values, bits, count }: Block, factor: number): void {
    const low = this.#low
    const high = this.#high
    for (let i = 0; i < count; i++) {
      const value = bits[i]! & 0x7fffffff
      // The sign of a difference is the answer: no branch that could be mispredicted.
      let keep = ((low - value) >>> 31) & ((value - high) >>> 31)
      if (value === low || value === high) keep = this.#keepsEqual(value)
      values[i]! *= keep * factor
    }
  }

  #keepsEqual(value: number): number {
    const late = value !== this.#low || this.#seenLow++ >= this.#skipLow
    const early = value !== this.#high || this.#seenHigh++ < this.#keepHigh
    return late && early ? 1 : 0
  }
}
