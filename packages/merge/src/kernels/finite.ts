import { MergeError } from '../errors/merge-error.ts'
import type { Chunk, TensorInputs } from '../tensor/tensor-merge.ts'

/** Index of the first NaN or infinity, or −1. */
export function findNonFinite(values: Float32Array): number {
  if (isAllFinite(values)) return -1
  return values.findIndex((value) => !Number.isFinite(value))
}

/** NaN and infinity times zero are NaN, all else is zero: one sum tells, without a branch per element. */
function isAllFinite(values: Float32Array): boolean {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]! * 0
  return sum === 0
}

/** @throws MergeError merge-not-finite, naming the model whose tensor holds NaN or infinity */
export function checkInputs(chunk: Chunk, inputs: TensorInputs): void {
  if (chunk.base) checkArray(chunk.base, inputs.base ?? 'the base', chunk, inputs)
  for (const [index, values] of chunk.models.entries()) {
    checkArray(values, inputs.models[index] ?? `model ${index}`, chunk, inputs)
  }
}

function checkArray(values: Float32Array, model: string, chunk: Chunk, inputs: TensorInputs): void {
  const index = findNonFinite(values)
  if (index < 0) return
  const row = chunk.firstRow + Math.floor(index / inputs.columns)
  throw new MergeError(
    'merge-not-finite',
    `${inputs.name} of ${model} holds ${values[index]} (row ${row}, column ${index % inputs.columns})`,
    { hint: 'The model is damaged; get it again or leave it out.' },
  )
}

/**
 * For a result that came out NaN or infinite.
 * @throws MergeError merge-not-finite, naming the input at fault, or the overflow where all inputs are sound
 */
export function refuseNonFinite(chunk: Chunk, inputs: TensorInputs): never {
  checkInputs(chunk, inputs)
  throw new MergeError('merge-not-finite', `${inputs.name} does not fit 32-bit floats when merged`, {
    hint: 'Use smaller weights.',
  })
}
