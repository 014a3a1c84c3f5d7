import { seededMasks } from '../kernels/random.ts'
import type { SvdTarget } from '../linear-algebra/svd.ts'
import { MergeError } from '../errors/merge-error.ts'
import type { WeightedLora } from './combine-peft.ts'
import type { LoraFactors, ScaledLora } from './lora.ts'
import { loraMethodNamed } from './methods.ts'

/** A whole LoRA: the change of each matrix of a model that it has one of, by name. */
export interface Adapter {
  /** For error messages. */
  name: string
  weight: number
  matrices: ReadonlyMap<string, ScaledLora>
}

export interface LoraCombination {
  /** Name of one of `loraMethods`. */
  method: string
  /** The rank that methods that bring the result to one aim at; absent: `energy`, or else the largest rank among the LoRAs. */
  rank?: number | undefined
  /** Share of the sum's energy to keep, in place of a rank. */
  energy?: number | undefined
  /** Share of elements that is kept by methods that drop some; default 1. */
  density?: number | undefined
  /** How methods that elect signs do it: by the sum of values (default), or by counting. */
  majority?: 'total' | 'frequency' | undefined
  /** Decides what methods drop that drop at random. */
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
      { hint: 'Combine LoRAs of one model.' },
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
  const { method, density = 1, majority = 'total', seed = 0 } = combination
  const target = targetOf(combination, present)
  return loraMethodNamed(method).combine(present, {
    target,
    density,
    majority,
    isEmbedding: name === 'token_embd.weight',
    draw: seededMasks(seed, name),
  })
}

function targetOf({ rank, energy }: LoraCombination, present: readonly WeightedLora[]): SvdTarget {
  if (rank !== undefined) return { rank }
  if (energy !== undefined) return { energy }
  return { rank: Math.max(...present.map(({ factors }) => factors.rank)) }
}
