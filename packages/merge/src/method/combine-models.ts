import { combine, combineOffsets } from '../kernels/combine.ts'
import { refuseNonFinite } from '../kernels/finite.ts'
import type { Stages, TensorInputs } from '../tensor/tensor-merge.ts'

/** Σ coefficients · models. */
export function combineModels(inputs: TensorInputs, coefficients: readonly number[]): Stages {
  return {
    scans: [],
    write: (chunk, output) => {
      if (combine(coefficients, chunk.models, output) !== 0) refuseNonFinite(chunk, inputs)
    },
  }
}

/** base + Σ coefficients · (models − base). */
export function combineOffsetsOf(inputs: TensorInputs, coefficients: readonly number[]): Stages {
  return {
    scans: [],
    write: (chunk, output) => {
      if (combineOffsets(coefficients, chunk.base!, chunk.models, output) !== 0) {
        refuseNonFinite(chunk, inputs)
      }
    },
  }
}
