import { combine } from '../kernels/combine.ts'
import { refuseNonFinite } from '../kernels/finite.ts'
import { Gram, scanGram } from '../kernels/gram.ts'
import { MergeError } from '../errors/merge-error.ts'
import type { TensorInputs } from '../tensor/tensor-merge.ts'
import { combineModels } from '../method/combine-models.ts'
import type { MethodDefinition } from '../method/method.ts'

export const karcher: MethodDefinition = {
  title: 'Karcher mean',
  description: 'The point on the sphere with the least squared arcs to all models, at their mean length.',
  base: 'unused',
  models: { min: 1 },
  shared: {
    max_iter: { type: 'number', default: 10, min: 0, max: 1000, description: 'Steps at most.' },
    tol: { type: 'number', default: 1e-5, min: 0, description: 'Steps shorter than this end the search.' },
  },
  perModel: {},
  start: (inputs, parameters) => {
    const count = inputs.models.length
    if (count === 1) return combineModels(inputs, [1])
    const gram = new Gram(count)
    let coefficients: number[] = []
    return {
      scans: [
        {
          ...scanGram(gram, inputs, ({ models }) => models),
          end: () => {
            coefficients = karcherMean(gram, parameters.number('max_iter'), parameters.number('tol'), inputs)
          },
        },
      ],
      write: (chunk, output) => {
        if (combine(coefficients, chunk.models, output) !== 0) refuseNonFinite(chunk, inputs)
      },
    }
  },
}

/** The mean as coefficients of the tensors: every step stays in their span, so inner products are all it takes. */
function karcherMean(gram: Gram, steps: number, tolerance: number, inputs: TensorInputs): number[] {
  const all = Array.from({ length: gram.size }, (_, i) => i)
  const lengths = all.map((i) => gram.norm(i))
  const used = all.filter((i) => lengths[i]! > tolerance)
  if (used.length === 0) return all.map(() => 0)
  const share = 1 / used.length
  const unit = (i: number): number[] => all.map((j) => (j === i ? 1 / lengths[i]! : 0))

  let mean = scaled(sum(used.map(unit)), share)
  const length = gram.normOf(mean)
  mean = length < tolerance ? unit(used[0]!) : scaled(mean, 1 / length)
  for (let step = 0; step < steps; step++) {
    const tangent = scaled(
      sum([all.map(() => 0), ...used.map((i) => towards(gram, mean, unit(i), tolerance, inputs))]),
      share,
    )
    const distance = gram.normOf(tangent)
    if (distance < tolerance) break
    mean = sum([scaled(mean, Math.cos(distance)), scaled(tangent, Math.sin(distance) / distance)])
    mean = scaled(mean, 1 / gram.normOf(mean))
  }
  const meanLength = lengths.reduce((total, own) => total + own, 0) / gram.size
  return scaled(mean, meanLength)
}

/** The tangent at `from` whose length is the arc to `to`. */
function towards(
  gram: Gram,
  from: readonly number[],
  to: readonly number[],
  tolerance: number,
  inputs: TensorInputs,
): number[] {
  const cosine = Math.min(1, Math.max(-1, gram.dotOf(from, to)))
  const arc = Math.acos(cosine)
  if (arc < tolerance) return from.map(() => 0)
  if (Math.PI - arc < 1e-7) {
    throw new MergeError('merge-undefined', `${inputs.name} points in opposite directions: it has no mean`)
  }
  return scaled(sum([to, scaled(from, -cosine)]), arc / Math.sin(arc))
}

function scaled(values: readonly number[], factor: number): number[] {
  return values.map((value) => value * factor)
}

function sum(vectors: readonly (readonly number[])[]): number[] {
  return vectors.reduce<number[]>((total, vector) => vector.map((value, i) => (total[i] ?? 0) + value), [])
}
