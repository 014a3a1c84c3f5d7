import { blockLength } from '../kernels/combine.ts'
import type { DrawMask } from '../kernels/random.ts'
import { MergeError } from '../errors/merge-error.ts'
import { keepAtRandom } from '../sparsify/at-random.ts'
import { keepByMagnitude } from '../sparsify/by-magnitude.ts'
import { createBlock } from '../kernels/block.ts'
import type { Sparsifier } from '../sparsify/sparsifier.ts'

/** How changes are merged, as PEFT's `merge_utils` do it; without any of these they are summed. */
export interface TaskMerge {
  /** Which elements of each are dropped: the smallest, or any, at random. */
  drops?: 'smallest' | 'any'
  /** Those against the elected sign are left out, and what is left is divided by how many there are. */
  elects?: true
  /** Share that is kept; default 1. */
  density?: number
  /** What elects a sign: the sum of the values (default), or how many have it. */
  majority?: 'total' | 'frequency'
}

/**
 * Merges changes as PEFT does. Its `ties` differs from mergekit's: signs are elected before weighting, by the sum of
 * values or the number of models, and the result is divided by the number of models that agree.
 * @throws MergeError merge-parameter
 */
export function mergeTaskTensors(
  tensors: readonly Float32Array[],
  weights: readonly number[],
  merge: TaskMerge,
  draw: DrawMask,
): Float32Array {
  const kept = merge.drops ? tensors.map((values, model) => prune(values, model, merge, draw)) : tensors
  return merge.elects ? sumAgreeing(kept, weights, merge.majority) : sumWeighted(kept, weights)
}

function prune(
  values: Float32Array,
  model: number,
  { drops, density = 1 }: TaskMerge,
  draw: DrawMask,
): Float32Array {
  if (!(density >= 0 && density <= 1)) {
    throw new MergeError('merge-parameter', `A density of ${density} is impossible: it must be from 0 to 1`)
  }
  if (density === 1) return values
  if (density === 0) return new Float32Array(values.length)
  if (drops === 'any') return sparsify(values, keepAtRandom(draw, model, density, 'density'))
  const kept = Math.floor(density * values.length)
  return sparsify(
    values,
    keepByMagnitude({ from: values.length - kept, to: values.length }, values.length, false),
  )
}

function sparsify(values: Float32Array, sparsifier: Sparsifier): Float32Array {
  const block = createBlock(blockLength)
  const result = new Float32Array(values.length)
  const forEachBlock = (visit: () => void): void => {
    for (let start = 0; start < values.length; start += blockLength) {
      block.count = Math.min(blockLength, values.length - start)
      block.offset = start
      block.values.set(values.subarray(start, start + block.count))
      visit()
    }
  }
  for (const scan of sparsifier.scans) {
    forEachBlock(() => scan.see(block))
    scan.end?.()
  }
  forEachBlock(() => {
    sparsifier.apply(block)
    result.set(block.values.subarray(0, block.count), block.offset)
  })
  return result
}

function sumWeighted(tensors: readonly Float32Array[], weights: readonly number[]): Float32Array {
  const sums = new Float64Array(tensors[0]?.length ?? 0)
  for (const [m, values] of tensors.entries()) {
    const weight = weights[m]!
    for (let i = 0; i < sums.length; i++) sums[i]! += weight * values[i]!
  }
  return Float32Array.from(sums)
}

function sumAgreeing(
  tensors: readonly Float32Array[],
  weights: readonly number[],
  majority: 'total' | 'frequency' = 'total',
): Float32Array {
  const result = new Float32Array(tensors[0]?.length ?? 0)
  for (let i = 0; i < result.length; i++) {
    let election = 0
    for (const values of tensors) election += majority === 'total' ? values[i]! : Math.sign(values[i]!)
    const sign = election >= 0 ? 1 : -1
    let sum = 0
    let agreeing = 0
    for (let m = 0; m < tensors.length; m++) {
      const value = tensors[m]![i]!
      if (value * sign <= 0) continue
      sum += weights[m]! * value
      agreeing++
    }
    result[i] = sum / Math.max(agreeing, 1)
  }
  return result
}
