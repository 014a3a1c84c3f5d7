import { combineOffsets } from '../kernels/combine.ts'
import { refuseNonFinite } from '../kernels/finite.ts'
import { addOffsetProducts, Gram, scanOffsetGram } from '../kernels/gram.ts'
import { MergeError } from '../errors/merge-error.ts'
import type { Stages, TensorInputs } from '../tensor/tensor-merge.ts'
import type { MethodDefinition } from '../method/method.ts'
import { combineOffsetsOf } from '../method/combine-models.ts'

export const modelStock: MethodDefinition = {
  title: 'Model stock',
  description: 'Between the base and the average of the models, by how far the models agree.',
  base: 'required',
  models: { min: 0 },
  shared: {
    filter_wise: { type: 'flag', default: false, description: 'Judge the agreement row by row.' },
  },
  perModel: {},
  start: (inputs, parameters) => {
    if (inputs.models.length === 0) return combineOffsetsOf(inputs, [])
    if (inputs.models.length === 1) {
      throw new MergeError(
        'merge-models',
        `Model stock needs a base and at least two models; for ${inputs.name} there is one`,
      )
    }
    return parameters.flag('filter_wise') ? overRows(inputs) : overWhole(inputs)
  },
}

function overWhole(inputs: TensorInputs): Stages {
  const gram = new Gram(inputs.models.length)
  let coefficients: number[] = []
  return {
    scans: [
      {
        ...scanOffsetGram(gram, inputs),
        end: () => {
          coefficients = stockCoefficients(gram)
        },
      },
    ],
    write: (chunk, output) => {
      if (combineOffsets(coefficients, chunk.base!, chunk.models, output) !== 0)
        refuseNonFinite(chunk, inputs)
    },
  }
}

function overRows(inputs: TensorInputs): Stages {
  const { columns } = inputs
  return {
    scans: [],
    write: (chunk, output) => {
      for (let row = 0; row < chunk.rows; row++) {
        const start = row * columns
        const end = start + columns
        const gram = new Gram(inputs.models.length)
        addOffsetProducts(gram, chunk, start, end)
        const check = combineOffsets(
          stockCoefficients(gram),
          chunk.base!.subarray(start, end),
          chunk.models.map((values) => values.subarray(start, end)),
          output.subarray(start, end),
        )
        if (check !== 0) refuseNonFinite(chunk, inputs)
      }
    },
  }
}

/** t · mean + (1 − t) · base is base + Σ t/N · offset. */
function stockCoefficients(gram: Gram): number[] {
  const count = gram.size
  const cosine = meanCosine(gram)
  const t = (count * cosine) / (1 + (count - 1) * cosine)
  return Array.from({ length: count }, () => t / count)
}

function meanCosine(gram: Gram): number {
  let sum = 0
  for (let i = 0; i < gram.size; i++) {
    for (let j = i + 1; j < gram.size; j++) {
      const cosine = gram.dot(i, j) / Math.max(gram.norm(i) * gram.norm(j), 1e-6)
      sum += Math.min(1, Math.max(-1, cosine))
    }
  }
  return sum / ((gram.size * (gram.size - 1)) / 2)
}
