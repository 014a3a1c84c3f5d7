import { combine, combineOffsets } from '../kernels/combine.ts'
import { refuseNonFinite } from '../kernels/finite.ts'
import { MergeError } from '../merge-error.ts'
import type { Stages, TensorInputs } from '../tensor-merge.ts'
import type { MethodDefinition } from './method.ts'

export const linear: MethodDefinition = {
  title: 'Linear',
  description: 'The weighted average of the models.',
  base: 'unused',
  models: { min: 1 },
  shared: {
    normalize: { type: 'flag', default: true, description: 'Divide by the sum of the weights.' },
  },
  perModel: { weight: { type: 'number', default: 1, description: 'Share of the model.' } },
  start: (inputs, parameters) => {
    const weights = parameters.each('weight')
    return combineModels(inputs, parameters.flag('normalize') ? normalize(weights, inputs) : weights)
  },
}

export const weightedSum: MethodDefinition = {
  title: 'Weighted sum',
  description: 'From model A (0) to model B (1).',
  base: 'unused',
  models: { min: 2, max: 2 },
  shared: {
    multiplier: { type: 'number', default: 0.5, min: 0, max: 1, description: 'Share of model B.' },
  },
  perModel: {},
  start: (inputs, parameters) => {
    const share = parameters.number('multiplier')
    return combineModels(inputs, [1 - share, share])
  },
}

export const addDifference: MethodDefinition = {
  title: 'Add difference',
  description: 'Model A, plus what model B learned beyond model C, its base.',
  base: 'required',
  models: { min: 2, max: 2 },
  shared: {
    multiplier: { type: 'number', default: 1, description: 'How much of the difference is added.' },
  },
  perModel: {},
  start: (inputs, parameters) => {
    const multiplier = parameters.number('multiplier')
    return {
      scans: [],
      write: (chunk, output) => {
        const [a, b] = chunk.models
        const check = addScaledDifference(a!, multiplier, b!, chunk.base!, output)
        if (check !== 0) refuseNonFinite(chunk, inputs)
      },
    }
  },
}

export const passthrough: MethodDefinition = {
  title: 'Pass through',
  description: 'One model’s tensors as they are: for stacking layers of several.',
  base: 'unused',
  models: { min: 1, max: 1 },
  shared: {},
  perModel: { scale: { type: 'number', default: 1, description: 'Factor of every element.' } },
  start: (inputs, parameters) => combineModels(inputs, parameters.each('scale')),
}

export const taskArithmetic: MethodDefinition = {
  title: 'Task arithmetic',
  description: 'The base, plus the weighted sum of what each model learned beyond it.',
  base: 'required',
  models: { min: 0 },
  shared: {
    normalize: { type: 'flag', default: false, description: 'Divide by the sum of the weights.' },
    rescale: { type: 'flag', default: false, description: 'Known to mergekit; without effect here.' },
    lambda: { type: 'number', default: 1, description: 'Factor of the sum.' },
    int8_mask: { type: 'flag', default: false, description: 'Known to mergekit; without effect here.' },
  },
  perModel: { weight: { type: 'number', default: 1, description: 'Factor of the model’s difference.' } },
  start: (inputs, parameters) => {
    const weights = parameters.each('weight')
    const divisor = parameters.flag('normalize') ? divisorOf(weights) : 1
    const factor = parameters.number('lambda') / divisor
    return combineOffsetsOf(
      inputs,
      weights.map((weight) => weight * factor),
    )
  },
}

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

/** Weights that add up to 1. @throws MergeError merge-zero-weights */
export function normalize(weights: readonly number[], inputs: TensorInputs): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (Math.abs(sum) >= 1e-8) return weights.map((weight) => weight / sum)
  throw new MergeError(
    'merge-zero-weights',
    `The weights for ${inputs.name} (${weights.join(', ')}) add up to nothing`,
    'Change a weight, or switch normalising off.',
  )
}

/** What mergekit divides weighted differences by: their sum, or 1 where that is nothing. */
export function divisorOf(weights: readonly number[]): number {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return Math.abs(sum) < 1e-8 ? 1 : sum
}

function addScaledDifference(
  a: Float32Array,
  factor: number,
  b: Float32Array,
  c: Float32Array,
  output: Float32Array,
): number {
  let check = 0
  for (let i = 0; i < output.length; i++) {
    output[i] = a[i]! + factor * (b[i]! - c[i]!)
    check += output[i]! * 0
  }
  return check
}
