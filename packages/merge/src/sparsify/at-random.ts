import { blockLength } from '../kernels/combine.ts'
import type { DrawMask } from '../kernels/random.ts'
import { Rescaler, sumMagnitudes, type Block, type Sparsifier } from './sparsifier.ts'

/** How much the kept elements are scaled: not, so that magnitudes sum to the same, or by 1 / density (PEFT). */
export type Rescale = 'none' | 'magnitude' | 'density'

/** DARE: keeps each element with the same probability. */
export function keepAtRandom(draw: DrawMask, model: number, density: number, rescale: Rescale): Sparsifier {
  const mask = new Uint8Array(blockLength)
  const rescaler = new Rescaler()
  const drop = (block: Block, factor: number): void => {
    draw(model, block.offset, block.count, density, mask)
    applyMask(block, mask, factor)
  }
  const scan = {
    see: (block: Block): void => {
      const before = sumMagnitudes(block)
      drop(block, 1)
      rescaler.add(before, sumMagnitudes(block))
    },
  }
  return {
    scans: rescale === 'magnitude' ? [scan] : [],
    get sawNonFinite() {
      return rescaler.sawNonFinite
    },
    apply: (block) => drop(block, rescale === 'density' ? 1 / density : rescaler.factor),
  }
}

export function applyMask({ values, count }: Block, mask: Uint8Array, factor: number): void {
  for (let i = 0; i < count; i++) values[i]! *= mask[i]! * factor
}
