import type { Block } from '../kernels/block.ts'
import type { DrawMask } from '../kernels/random.ts'
import { RowRanker } from '../kernels/rank-row.ts'
import { applyMask } from './at-random.ts'
import { Rescaler, type Sparsifier } from './sparsifier.ts'

/**
 * DELLA: keeps each element with a probability that grows with its magnitude's rank in its row, from
 * `density − epsilon` to `density + epsilon`. Blocks must be whole rows.
 */
export function keepByRowRank(
  draw: DrawMask,
  model: number,
  density: number,
  epsilon: number,
  columns: number,
  rescale: boolean,
): Sparsifier {
  const ranker = new RowRanker(columns)
  const ranks = new Uint32Array(columns)
  const keep = new Float32Array(columns)
  const mask = new Uint8Array(columns)
  const rescaler = new Rescaler()
  const drawFor = (block: Block): void => {
    ranker.rank(block.bits, block.count, ranks)
    fillProbabilities(ranks, block.count, density, epsilon, keep)
    draw(model, block.offset, block.count, keep, mask)
  }
  const scan = {
    see: (block: Block): void => {
      drawFor(block)
      rescaler.addMasked(block, mask)
    },
  }
  return {
    scans: rescale ? [scan] : [],
    get sawNonFinite() {
      return rescaler.sawNonFinite
    },
    apply: (block) => {
      drawFor(block)
      applyMask(block, mask, rescaler.factor)
    },
  }
}

function fillProbabilities(
  ranks: Uint32Array,
  count: number,
  density: number,
  epsilon: number,
  keep: Float32Array,
): void {
  // A row of one element has no order: it is kept with the density itself.
  if (count === 1) keep[0] = density
  else for (let i = 0; i < count; i++) keep[i] = density - epsilon + (2 * epsilon * ranks[i]!) / (count - 1)
}
