import { findNonFinite } from '../kernels/finite.ts'
import { truncatedSvd, type SvdTarget } from '../linear-algebra/svd.ts'
import { MergeError } from '../errors/merge-error.ts'
import { factorsFromSvd } from './factors-from-svd.ts'
import type { LoraFactors } from './lora.ts'

/** The same tensor of a fine-tune and of the model it was made from, row by row. */
export interface TunedTensor {
  name: string
  rows: number
  columns: number
  tuned: Float32Array
  base: Float32Array
}

/**
 * The difference of a fine-tune from its base as a LoRA (α is its rank, so its scale 1), by truncated SVD. The rank
 * can be smaller than asked for, and is 0 where nothing was changed.
 * @throws MergeError merge-shapes-differ, merge-not-finite, merge-parameter
 */
export function extractLora(tensor: TunedTensor, target: SvdTarget): LoraFactors {
  checkTarget(target)
  const { name, rows, columns, tuned, base } = tensor
  if (tuned.length !== rows * columns || base.length !== rows * columns) {
    throw new MergeError(
      'merge-shapes-differ',
      `${name} has ${tuned.length} elements in the fine-tune and ${base.length} in the base, not ${rows} × ${columns}`,
    )
  }
  const values = new Float32Array(tuned.length)
  for (let i = 0; i < values.length; i++) values[i] = tuned[i]! - base[i]!
  if (findNonFinite(values) >= 0) {
    throw new MergeError('merge-not-finite', `${name} holds NaN or infinity in the fine-tune or its base`)
  }
  return factorsFromSvd(truncatedSvd({ rows, columns, values }, target), rows, columns)
}

function checkTarget(target: SvdTarget): void {
  const right =
    'rank' in target
      ? Number.isInteger(target.rank) && target.rank > 0
      : target.energy > 0 && target.energy <= 1
  if (right) return
  throw new MergeError(
    'merge-parameter',
    'rank' in target
      ? `A rank of ${target.rank} is impossible: it must be a whole number from 1 on`
      : `An energy of ${target.energy} is impossible: it must be more than 0 and at most 1`,
  )
}
