import { seededMasks } from '../kernels/random.ts'
import type { SvdTarget } from '../linear-algebra/svd.ts'
import { MergeError } from '../merge-error.ts'
import { combineToRank, concatenate } from './combine-exactly.ts'
import { combineAsPeft, combineDeltasAsPeft, type PeftMethod, type WeightedLora } from './combine-peft.ts'
import type { LoraFactors, ScaledLora } from './lora.ts'

/** A whole LoRA: the change of each matrix of a model that it has one of, by name. */
export interface Adapter {
  /** For error messages. */
  name: string
  weight: number
  matrices: ReadonlyMap<string, ScaledLora>
}

/**
 * PEFT's combination types. `cat` is the exact sum, `svd` its best approximation of a rank. The others come in two
 * kinds: alone they combine A's with A's and B's with B's, which adds cross terms; with `_svd` they combine the whole
 * changes.
 */
export const loraMethods = [
  'cat',
  'svd',
  'linear',
  'ties',
  'ties_svd',
  'dare_linear',
  'dare_linear_svd',
  'dare_ties',
  'dare_ties_svd',
  'magnitude_prune',
  'magnitude_prune_svd',
] as const
export type LoraMethod = (typeof loraMethods)[number]

export interface LoraCombination {
  method: LoraMethod
  /** Of `svd` and `…_svd`; absent: `energy`, or else the largest rank among the LoRAs. */
  rank?: number | undefined
  /** Share of the sum's energy to keep, in place of a rank. */
  energy?: number | undefined
  /** Share of elements that pruning keeps; default 1. */
  density?: number | undefined
  /** How `ties` elects signs: by the sum of values (default), or by counting. */
  majority?: 'total' | 'frequency' | undefined
  /** Of `dare_…`. */
  seed?: number | undefined
}

/**
 * Combines LoRAs into one, matrix by matrix; where some do not change a matrix, the others alone are combined.
 * The results count once (their scale is 1).
 * @throws MergeError lora-mismatch naming the tensors, merge-parameter
 */
export function combineAdapters(
  adapters: readonly Adapter[],
  combination: LoraCombination,
): Map<string, LoraFactors> {
  if (adapters.length === 0) throw new MergeError('lora-mismatch', 'There is no LoRA to combine')
  checkSizes(adapters)
  const names = new Set(adapters.flatMap(({ matrices }) => [...matrices.keys()]))
  return new Map([...names].map((name) => [name, combineMatrix(name, adapters, combination)]))
}

/** All tensors that do not fit are told at once. */
function checkSizes([first, ...others]: readonly Adapter[]): void {
  for (const other of others) {
    const wrong = [...other.matrices].flatMap(([name, { factors }]) => {
      const own = first?.matrices.get(name)?.factors
      if (own === undefined || (own.rows === factors.rows && own.columns === factors.columns)) return []
      return [`${name} is ${own.columns} × ${own.rows} there and ${factors.columns} × ${factors.rows} here`]
    })
    if (wrong.length === 0) continue
    const more = wrong.length > 3 ? `, and ${wrong.length - 3} more` : ''
    throw new MergeError(
      'lora-mismatch',
      `${first?.name} and ${other.name} are for models of different sizes: ${wrong.slice(0, 3).join('; ')}${more}`,
      'Combine LoRAs of one model.',
    )
  }
}

function combineMatrix(
  name: string,
  adapters: readonly Adapter[],
  combination: LoraCombination,
): LoraFactors {
  const present = adapters.flatMap(({ weight, matrices }): WeightedLora[] => {
    const own = matrices.get(name)
    return own === undefined ? [] : [{ ...own, weight }]
  })
  const weighted = present.map(({ factors, scale, weight }) => ({ factors, scale: scale * weight }))
  const { method, seed = 0 } = combination
  if (method === 'cat') return concatenate(weighted)
  if (method === 'svd') return combineToRank(weighted, targetOf(combination, present))
  const peft = peftMethod(combination)
  const draw = seededMasks(seed, name)
  return method.endsWith('_svd')
    ? combineDeltasAsPeft(present, peft, targetOf(combination, present), draw)
    : combineAsPeft(present, peft, draw)
}

function targetOf({ rank, energy }: LoraCombination, present: readonly WeightedLora[]): SvdTarget {
  if (rank !== undefined) return { rank }
  if (energy !== undefined) return { energy }
  return { rank: Math.max(...present.map(({ factors }) => factors.rank)) }
}

function peftMethod({ method, density = 1, majority = 'total' }: LoraCombination): PeftMethod {
  const plain = method.replace(/_svd$/, '')
  switch (plain) {
    case 'ties':
    case 'dare_ties':
      return { method: plain, density, majority }
    case 'dare_linear':
    case 'magnitude_prune':
      return { method: plain, density }
    default:
      return { method: 'linear' }
  }
}
