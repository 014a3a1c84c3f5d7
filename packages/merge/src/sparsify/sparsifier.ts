import type { Block } from '../kernels/block.ts'

/**
 * Drops elements of one model's differences from the base. Sees all of them, block after block, once for each of
 * its `scans`; then changes blocks in place: dropped elements become 0, the others may be scaled.
 */
export interface Sparsifier {
  readonly scans: readonly BlockScan[]
  /** Whether NaN or infinity was among what it saw. */
  readonly sawNonFinite: boolean
  /** Called in order, block after block. */
  apply(block: Block): void
}

export interface BlockScan {
  see(block: Block): void
  end?(): void
}

/** Keeps everything. */
export const keepAll: Sparsifier = { scans: [], sawNonFinite: false, apply: () => undefined }

/** Sums of magnitudes before and after dropping, and the factor that makes up for what was dropped. */
export class Rescaler {
  #before = 0
  #after = 0

  add(before: number, after: number): void {
    this.#before += before
    this.#after += after
  }

  /** Adds a block of which the mask's 1s would be kept. */
  addMasked({ values, count }: Block, mask: Uint8Array): void {
    let before = 0
    let after = 0
    for (let i = 0; i < count; i++) {
      const magnitude = Math.abs(values[i]!)
      before += magnitude
      after += mask[i]! * magnitude
    }
    this.add(before, after)
  }

  get sawNonFinite(): boolean {
    return !Number.isFinite(this.#before)
  }

  /** mergekit's: the sum of magnitudes stays the same, except where there is next to nothing. */
  get factor(): number {
    return this.#before < 1e-7 || this.#after < 1e-7 ? 1 : this.#before / this.#after
  }
}

export function sumMagnitudes({ values, count }: Block): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += Math.abs(values[i]!)
  return sum
}

export function scale(values: Float32Array, count: number, factor: number): void {
  for (let i = 0; i < count; i++) values[i]! *= factor
}
