import { combine, combineOffsets } from '../kernels/combine.ts'
import { refuseNonFinite } from '../kernels/finite.ts'
import { Gram, scanGram, scanOffsetGram } from '../kernels/gram.ts'
import { MergeError } from '../errors/merge-error.ts'
import type { TensorInputs } from '../tensor/tensor-merge.ts'
import { combineModels } from '../method/combine-models.ts'
import { normalize } from '../method/weights.ts'
import type { MethodDefinition } from '../method/method.ts'

export const multislerp: MethodDefinition = {
  title: 'Multislerp',
  description: 'Slerp of any number of models: averaged in the plane that touches the sphere at their mean.',
  base: 'optional',
  models: { min: 1 },
  shared: {
    normalize_weights: { type: 'flag', default: true, description: 'Make the weights add up to 1.' },
    eps: { type: 'number', default: 1e-8, min: 0, description: 'Lengths are taken as this much greater.' },
  },
  perModel: { weight: { type: 'number', default: 1, description: 'Share of the model.' } },
  start: (inputs, parameters) => {
    if (inputs.models.length === 1) return combineModels(inputs, [1])
    const given = parameters.each('weight')
    const weights = parameters.flag('normalize_weights') ? normalize(given, inputs) : given
    const gram = new Gram(inputs.models.length)
    const scan =
      inputs.base === undefined
        ? scanGram(gram, inputs, ({ models }) => models)
        : scanOffsetGram(gram, inputs)
    let coefficients: number[] = []
    return {
      scans: [
        {
          ...scan,
          end: () => {
            coefficients = tangentMean(gram, weights, parameters.number('eps'), inputs)
          },
        },
      ],
      write: (chunk, output) => {
        const check =
          chunk.base === undefined
            ? combine(coefficients, chunk.models, output)
            : combineOffsets(coefficients, chunk.base, chunk.models, output)
        if (check !== 0) refuseNonFinite(chunk, inputs)
      },
    }
  },
}

/** The result as coefficients of the tensors (or of their offsets from the base). */
function tangentMean(gram: Gram, weights: readonly number[], eps: number, inputs: TensorInputs): number[] {
  const lengths = weights.map((_, i) => gram.norm(i))
  // Models that are all the base: nothing to turn.
  if (lengths.every((length) => length === 0)) return weights.map(() => 0)
  const weightedUnits = weights.map((weight, i) => weight / (lengths[i]! + eps))
  const meanLength = gram.normOf(weightedUnits)
  if (meanLength < eps) {
    if (weights.length === 2) return [...weights]
    throw new MergeError(
      'merge-undefined',
      `The directions of ${inputs.name} cancel out: they have no mean`,
      { hint: 'Use other weights.' },
    )
  }
  const mean = weightedUnits.map((value) => value / meanLength)
  const alignment = weights.reduce(
    (sum, weight, i) => sum + weight * cosineTo(gram, mean, i, lengths[i]! + eps),
    0,
  )
  const tangent = weightedUnits.map((value, i) => value - alignment * mean[i]!)
  const angle = gram.normOf(tangent) + eps
  const averageLength = weights.reduce((sum, weight, i) => sum + weight * lengths[i]!, 0)
  return mean.map(
    (value, i) => averageLength * (value * Math.cos(angle) + tangent[i]! * (Math.sin(angle) / angle)),
  )
}

function cosineTo(gram: Gram, mean: readonly number[], index: number, length: number): number {
  const unit = mean.map((_, i) => (i === index ? 1 / length : 0))
  return gram.dotOf(mean, unit)
}
