import { MergeError } from '../errors/merge-error.ts'
import type { TensorInputs } from '../tensor/tensor-merge.ts'

/** Weights that add up to 1. @throws MergeError merge-zero-weights */
export function normalize(weights: readonly number[], inputs: TensorInputs): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (Math.abs(sum) >= 1e-8) return weights.map((weight) => weight / sum)
  throw new MergeError(
    'merge-zero-weights',
    `The weights for ${inputs.name} (${weights.join(', ')}) add up to nothing`,
    { hint: 'Change a weight, or switch normalising off.' },
  )
}

/** What mergekit divides weighted differences by: their sum, or 1 where that is nothing. */
export function divisorOf(weights: readonly number[]): number {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return Math.abs(sum) < 1e-8 ? 1 : sum
}
