import {
  combineAdapters,
  extractLora,
  type Adapter,
  type LoraCombination,
  type LoraFactors,
  type SvdTarget,
  type TunedTensor,
} from '@woolgather/merge'

/** Arithmetic of LoRAs that takes seconds. */
export type LoraJob =
  | { kind: 'combine'; adapters: readonly Adapter[]; combination: LoraCombination }
  | { kind: 'extract'; tensor: TunedTensor; target: SvdTarget }

export interface LoraResults {
  combine: ReadonlyMap<string, LoraFactors>
  extract: Extracted
}

/** The change of one tensor, and the share of its energy that the rank holds: 1 where there is none to hold. */
export interface Extracted {
  factors: LoraFactors
  energy: number
  kept: number
}

/** @throws MergeError */
export function workOnLora(job: LoraJob): LoraResults[LoraJob['kind']] {
  return job.kind === 'combine' ? combineAdapters(job.adapters, job.combination) : extract(job)
}

function extract({ tensor, target }: LoraJob & { kind: 'extract' }): Extracted {
  const factors = extractLora(tensor, target)
  let energy = 0
  for (let i = 0; i < tensor.tuned.length; i++) energy += (tensor.tuned[i]! - tensor.base[i]!) ** 2
  return { factors, energy, kept: keptBy(factors) }
}

/** Energy that factors from an SVD hold: row r of A is as long as the root of singular value r. */
function keptBy({ a, rank, columns }: LoraFactors): number {
  let kept = 0
  for (let r = 0; r < rank; r++) {
    let square = 0
    for (let i = r * columns; i < (r + 1) * columns; i++) square += a[i]! * a[i]!
    kept += square * square
  }
  return kept
}
