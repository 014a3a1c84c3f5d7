import type { Block } from '../kernels/block.ts'
import { blockLength } from '../kernels/combine.ts'
import type { DrawMask } from '../kernels/random.ts'
import { Rescaler, type Sparsifier } from './sparsifier.ts'

/** How much the kept elements are scaled: not, so that magnitudes sum to the same, or by 1 / density (PEFT). */
export type Rescale = 'none' | 'magnitude' | 'density'

/** DARE: keeps each element with the same probability. */
export function keepAtRandom(draw: DrawMask, model: number, density: number, rescale: Rescale): Sparsifier {
  const mask = new Uint8Array(blockLength)
  const rescaler = new Rescaler()
  const drawFor = (block: Block): void => draw(model, block.offset, block.count, density, mask)
  const scan = {
    see: (block: Block): void => {
      drawFor(block)
      rescaler.addMasked(block, mask)
    },
  }
  return {
    scans: rescale === 'magnitude' ? [scan] : [],
    get sawNonFinite() {
      return rescaler.sawNonFinite
    },
    apply: (block) => {
      drawFor(block)
      applyMask(block, mask, rescale === 'density' ? 1 / density : rescaler.factor)
    },
  }
}

/** Zeroes what the mask has no 1 for and scales the rest. */
export function applyMask({ values, count }: Block, mask: Uint8Array, factor: number): void {
  // From a table, as a product of integers costs a branch for −0 that is mispredicted.
  const factors = Float64Array.of(0, factor)
  for (let i = 0; i < count; i++) values[i]! *= factors[mask[i]!]!
}
