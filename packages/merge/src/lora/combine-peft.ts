import type { DrawMask } from '../kernels/random.ts'
import { seededMasks } from '../kernels/random.ts'
import { truncatedSvd, type SvdTarget } from '../linear-algebra/svd.ts'
import { MergeError } from '../errors/merge-error.ts'
import { factorsFromSvd } from './factors-from-svd.ts'
import { checkSameTensor, deltaOf, type LoraFactors, type ScaledLora } from './lora.ts'
import { mergeTaskTensors, type TaskMerge } from './merge-task-tensors.ts'

/** An adapter and the weight it takes part with. */
export interface WeightedLora extends ScaledLora {
  weight: number
}

/** PEFT's `combination_type`s without `_svd`: what each drops, and whether it elects signs. */
export const peftKinds = {
  linear: {},
  ties: { drops: 'smallest', elects: true },
  dare_linear: { drops: 'any' },
  dare_ties: { drops: 'any', elects: true },
  magnitude_prune: { drops: 'smallest' },
} as const satisfies Record<string, TaskMerge>

export interface PeftMethod extends Pick<TaskMerge, 'density' | 'majority'> {
  method: keyof typeof peftKinds
}

export interface PeftByFactors extends PeftMethod {
  /** Rows stand for tokens: PEFT has such a matrix the other way round, and its A is B here. */
  isEmbedding?: boolean
}

/**
 * Combines adapters as PEFT does: A's with A's and B's with B's, each times the root of its weight. The product then
 * has cross terms, every B with every A, that can be as large as what was wanted; `concatenate` and `combineToRank`
 * have none. All must be of one rank.
 * @throws MergeError lora-mismatch, merge-parameter
 */
export function combineAsPeft(
  adapters: readonly WeightedLora[],
  { method, isEmbedding = false, ...settings }: PeftByFactors,
  draw: DrawMask = seededMasks(0, 'lora'),
): LoraFactors {
  const { rows, columns } = checkSameTensor(adapters)
  const merge = { ...peftKinds[method], ...settings }
  const ranks = new Set(adapters.map(({ factors }) => factors.rank))
  if (ranks.size > 1) {
    throw new MergeError(
      'lora-mismatch',
      `Adapters of ranks ${[...ranks].join(', ')} cannot be combined factor by factor`,
      { hint: 'Combine them exactly (cat) or through SVD.' },
    )
  }
  const roots = adapters.map(({ weight, scale }) => Math.sqrt(Math.abs(weight * scale)))
  // A negative weight turns one factor only, so that their product is turned: A, as in PEFT, which the cross terms show.
  const turned = adapters.map(({ weight, scale }, i) => Math.sign(weight * scale) * roots[i]!)
  const a = mergeTaskTensors(
    adapters.map(({ factors }) => factors.a),
    isEmbedding ? roots : turned,
    merge,
    draw,
  )
  const b = mergeTaskTensors(
    adapters.map(({ factors }) => factors.b),
    isEmbedding ? turned : roots,
    merge,
    // Other random numbers than for A.
    (model, ...rest) => draw(model + adapters.length, ...rest),
  )
  return { rows, columns, rank: adapters[0]!.factors.rank, a, b }
}

/**
 * Combines the adapters' whole changes by one of PEFT's methods and brings the result to a rank (its `…_svd` types).
 * Makes matrices as large as the tensor.
 * @throws MergeError lora-mismatch, merge-parameter
 */
export function combineDeltasAsPeft(
  adapters: readonly WeightedLora[],
  { method, ...settings }: PeftMethod,
  target: SvdTarget,
  draw: DrawMask = seededMasks(0, 'lora'),
): LoraFactors {
  const { rows, columns } = checkSameTensor(adapters)
  const merge = { ...peftKinds[method], ...settings }
  const values = mergeTaskTensors(
    adapters.map(deltaOf),
    adapters.map(({ weight }) => weight),
    merge,
    draw,
  )
  return factorsFromSvd(truncatedSvd({ rows, columns, values }, target), rows, columns)
}
