import { checkInputs } from '../kernels/finite.ts'
import type { Chunk, Stages, TensorInputs } from '../tensor-merge.ts'
import type { MethodDefinition } from './method.ts'

const epsilon = {
  type: 'number',
  default: 1e-5,
  min: 0,
  description: 'Differences up to this do not count as a change.',
} as const

export const ram: MethodDefinition = {
  title: 'RAM',
  description: 'Reinforced agent merging: changes of one model are kept whole, shared ones averaged.',
  base: 'required',
  models: { min: 0 },
  shared: { epsilon },
  perModel: {},
  start: (inputs, parameters) => ({
    scans: [],
    write: (chunk, output) => {
      checkInputs(chunk, inputs)
      const factors = inputs.models.map(() => 1)
      mixChanges(chunk, factors, parameters.number('epsilon'), output)
    },
  }),
}

export const ramPlus: MethodDefinition = {
  title: 'RAM+',
  description: 'As RAM, with changes of one model strengthened by how many of its changes are shared.',
  base: 'required',
  models: { min: 0 },
  shared: {
    r: { type: 'number', default: 0.1, min: 0, description: 'How much they are strengthened.' },
    alpha: {
      type: 'number',
      default: 0.2,
      min: 0,
      description: 'Ratio of shared changes that counts at most.',
    },
    epsilon,
  },
  perModel: {},
  start: (inputs, parameters) =>
    strengthen(inputs, parameters.number('r'), parameters.number('alpha'), parameters.number('epsilon')),
}

function strengthen(inputs: TensorInputs, r: number, alpha: number, limit: number): Stages {
  const shared = new Float64Array(inputs.models.length)
  const unique = new Float64Array(inputs.models.length)
  let factors: number[] = []
  return {
    scans: [
      {
        see: (chunk) => {
          checkInputs(chunk, inputs)
          countChanges(chunk, limit, shared, unique)
        },
        end: () => {
          factors = inputs.models.map((_, m) => {
            const ratio = shared[m]! / Math.max(unique[m]!, limit)
            return 1 + r * Math.min(ratio, alpha)
          })
        },
      },
    ],
    write: (chunk, output) => mixChanges(chunk, factors, limit, output),
  }
}

function countChanges(
  { base, models }: Chunk,
  limit: number,
  shared: Float64Array,
  unique: Float64Array,
): void {
  const origin = base!
  for (let i = 0; i < origin.length; i++) {
    const changed = countAt(origin, models, i, limit)
    if (changed === 0) continue
    const counts = changed === 1 ? unique : shared
    for (let m = 0; m < models.length; m++) {
      if (Math.abs(Math.fround(models[m]![i]! - origin[i]!)) > limit) counts[m]!++
    }
  }
}

function mixChanges(
  { base, models }: Chunk,
  factors: readonly number[],
  limit: number,
  output: Float32Array,
): void {
  const origin = base!
  for (let i = 0; i < output.length; i++) {
    const changed = countAt(origin, models, i, limit)
    let sum = 0
    for (let m = 0; m < models.length; m++) {
      const difference = Math.fround(models[m]![i]! - origin[i]!)
      if (Math.abs(difference) > limit) sum += difference * (changed === 1 ? factors[m]! : 1 / changed)
    }
    output[i] = origin[i]! + sum
  }
}

function countAt(base: Float32Array, models: readonly Float32Array[], i: number, limit: number): number {
  let count = 0
  for (let m = 0; m < models.length; m++) {
    if (Math.abs(Math.fround(models[m]![i]! - base[i]!)) > limit) count++
  }
  return count
}
