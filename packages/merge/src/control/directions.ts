import { MergeError } from '../errors/merge-error.ts'
import { decomposeColumns } from '../linear-algebra/svd.ts'
import { combineVectors, dot, type Vectors } from '../linear-algebra/matrix.ts'

/** Hidden states of one layer for a prompt and its opposite. */
export interface StatePair {
  positive: Float32Array
  negative: Float32Array
}

/**
 * - `mean`: mean of the differences, positive − negative
 * - `pca-diff`: main direction of the differences as they are
 * - `pca-diff-centered`: main direction of the differences around their mean, as repeng's `pca_diff` computes it. It
 *   loses what all pairs share, which is what is usually looked for; here to compare.
 * - `pca-center`: main direction of the states around their pair's middle (repeng's `pca_center`)
 */
export type DirectionMethod = 'mean' | 'pca-diff' | 'pca-diff-centered' | 'pca-center'

/**
 * The direction, of length 1, that leads from the negative states to the positive ones. Main directions have no sign
 * of their own; they get the one that most pairs agree with.
 * @throws MergeError merge-shapes-differ, merge-parameter, merge-undefined
 */
export function findDirection(pairs: readonly StatePair[], method: DirectionMethod): Float32Array {
  checkPairs(pairs)
  const differences = pairs.map(subtractPair)
  if (method === 'mean')
    return unit(mean(differences), 'The positive and negative states do not differ on average')
  const direction = mainDirection(samplesFor(pairs, differences, method))
  const length = Math.sqrt(dot(direction, direction))
  if (length === 0)
    throw new MergeError('merge-undefined', 'The states have no main direction: they are all alike')
  return unit(orient(direction, differences), 'The states have no main direction')
}

function checkPairs(pairs: readonly StatePair[]): void {
  const [first] = pairs
  if (first === undefined)
    throw new MergeError('merge-parameter', 'A direction needs at least one pair of states')
  for (const { positive, negative } of pairs) {
    if (positive.length === first.positive.length && negative.length === first.positive.length) continue
    throw new MergeError('merge-shapes-differ', 'The states are not all of one length')
  }
}

function subtractPair({ positive, negative }: StatePair): Float64Array {
  return Float64Array.from(positive, (value, i) => value - negative[i]!)
}

function samplesFor(
  pairs: readonly StatePair[],
  differences: Vectors,
  method: Exclude<DirectionMethod, 'mean'>,
): Float64Array[] {
  switch (method) {
    case 'pca-diff':
      return [...differences]
    case 'pca-diff-centered':
      return center(differences)
    case 'pca-center':
      // Both states of a pair lie half their difference from its middle, on either side.
      return pairs.flatMap((_, i) => [scale(differences[i]!, 0.5), scale(differences[i]!, -0.5)])
  }
}

/** The first right singular vector of the samples. */
function mainDirection(samples: Vectors): Float64Array {
  const length = samples[0]!.length
  if (samples.length <= length) return decomposeColumns(samples).left[0]!
  const columns = Array.from({ length }, (_, i) => Float64Array.from(samples, (sample) => sample[i]!))
  return decomposeColumns(columns).right[0]!
}

function orient(direction: Float64Array, differences: Vectors): Float64Array {
  const agreeing = differences.filter((difference) => dot(direction, difference) > 0).length
  const tie = agreeing * 2 === differences.length
  const right = tie ? dot(direction, mean(differences)) >= 0 : agreeing * 2 > differences.length
  return right ? direction : scale(direction, -1)
}

function mean(vectors: Vectors): Float64Array {
  return combineVectors(
    vectors,
    vectors.map(() => 1 / vectors.length),
  )
}

function center(vectors: Vectors): Float64Array[] {
  const middle = mean(vectors)
  return vectors.map((vector) => vector.map((value, i) => value - middle[i]!))
}

function scale(vector: Float64Array, factor: number): Float64Array {
  return vector.map((value) => value * factor)
}

function unit(vector: Float64Array, problem: string): Float32Array {
  const length = Math.sqrt(dot(vector, vector))
  if (!(length > 0 && Number.isFinite(length))) throw new MergeError('merge-undefined', problem)
  return Float32Array.from(vector, (value) => value / length)
}
