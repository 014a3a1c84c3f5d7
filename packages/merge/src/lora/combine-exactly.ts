import { decomposeColumns, type Svd, type SvdTarget } from '../linear-algebra/svd.ts'
import { orthonormalize } from '../linear-algebra/orthonormalize.ts'
import { combineVectors } from '../linear-algebra/matrix.ts'
import { factorsFromSvd } from './factors-from-svd.ts'
import { checkSameTensor, type LoraFactors, type ScaledLora } from './lora.ts'

/**
 * The sum of adapters as one, exactly: factors side by side (PEFT's `cat`). Its rank is the sum of theirs; its scale
 * is 1.
 * @throws MergeError lora-mismatch
 */
export function concatenate(adapters: readonly ScaledLora[]): LoraFactors {
  const { rows, columns } = checkSameTensor(adapters)
  const rank = adapters.reduce((sum, { factors }) => sum + factors.rank, 0)
  const a = new Float32Array(rank * columns)
  const b = new Float32Array(rows * rank)
  let at = 0
  for (const { factors, scale } of adapters) {
    a.set(factors.a, at * columns)
    for (let row = 0; row < rows; row++) {
      for (let r = 0; r < factors.rank; r++)
        b[row * rank + at + r] = scale * factors.b[row * factors.rank + r]!
    }
    at += factors.rank
  }
  return { rows, columns, rank, a, b }
}

/**
 * The best approximation of the adapters' sum of a rank, or with a share of its energy (PEFT's `svd`). Computed from
 * the factors: the sum itself, as large as the tensor, is never made.
 * @throws MergeError lora-mismatch
 */
export function combineToRank(adapters: readonly ScaledLora[], target: SvdTarget): LoraFactors {
  const whole = concatenate(adapters)
  return factorsFromSvd(cut(decomposeProduct(whole), target), whole.rows, whole.columns)
}

/** SVD of B · A through the small matrix between their orthonormal bases. */
function decomposeProduct({ rows, columns, rank, a, b }: LoraFactors): Svd {
  const leftColumns = Array.from({ length: rank }, (_, r) =>
    Float64Array.from({ length: rows }, (_, row) => b[row * rank + r]!),
  )
  const rightRows = Array.from({ length: rank }, (_, r) =>
    Float64Array.from(a.subarray(r * columns, (r + 1) * columns)),
  )
  const left = orthonormalize(leftColumns)
  const right = orthonormalize(rightRows)
  // B · A = Q_b (R_b R_aᵀ) Q_aᵀ
  const leftUpper = transpose(left.upper)
  const core = right.upper.map((row) => combineVectors(leftUpper, row))
  const { left: p, values, right: q } = decomposeColumns(core)
  return {
    left: p.map((mix) => combineVectors(left.basis, mix)),
    values,
    right: q.map((mix) => combineVectors(right.basis, mix)),
  }
}

function transpose(rows: readonly Float64Array[]): Float64Array[] {
  return rows.map((_, column) => Float64Array.from(rows, (row) => row[column]!))
}

function cut({ left, values, right }: Svd, target: SvdTarget): Svd {
  const noise = (values[0] ?? 0) * 2 ** -24
  const sound = values.filter((value) => value > noise).length
  const kept = Math.min(sound, 'rank' in target ? target.rank : countForEnergy(values, target.energy))
  return { left: left.slice(0, kept), values: values.slice(0, kept), right: right.slice(0, kept) }
}

function countForEnergy(values: readonly number[], share: number): number {
  const total = values.reduce((sum, value) => sum + value * value, 0)
  let energy = 0
  return values.filter((value) => {
    const needed = energy < share * total * (1 - 1e-12)
    energy += value * value
    return needed
  }).length
}
