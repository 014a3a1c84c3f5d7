import type { Chunk } from '../tensor/tensor-merge.ts'

/** Setting of the methods that count changes. */
export const leastChange = {
  type: 'number',
  default: 1e-5,
  min: 0,
  description: 'Differences up to this do not count as a change.',
} as const

/** Adds up, for each model, how many of its changes others share, and how many they do not. */
export function countChanges(
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

/** Adds each model’s own changes times its factor, and the mean of those that several share. */
export function mixChanges(
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
