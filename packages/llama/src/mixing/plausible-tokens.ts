import { logSumExp } from './log-probabilities.ts'
import type { WeightedRow } from './combine-logits.ts'

/**
 * The tokens that some term with a positive coefficient finds likely: those whose largest probability among these
 * terms is at least `alpha` times the largest of all (the cut of contrastive decoding, Li et al. 2022, taken over
 * the union of the terms: relative to one prompt alone it undoes what weakens that prompt). Must run before the
 * rows are combined. Writes token ids to `target` and returns how many; all of them where `alpha` is 0.
 */
export function findPlausible(terms: readonly WeightedRow[], alpha: number, target: Int32Array): number {
  const rows = terms.filter(({ coefficient }) => coefficient > 0).map(({ row }) => row)
  const [first, second] = rows
  if (!first) return fillAll(target)
  // With a single row its normaliser is on both sides of the comparison.
  if (!second) return collect(first, largest(first) + Math.log(alpha), target)
  const offsets = rows.map((row) => -logSumExp(row))
  const peak = Math.max(...rows.map((row, index) => largest(row) + offsets[index]!))
  const threshold = peak + Math.log(alpha)
  return rows.length === 2
    ? collectEither(first, threshold - offsets[0]!, second, threshold - offsets[1]!, target)
    : collectAny(
        rows,
        offsets.map((offset) => threshold - offset),
        target,
      )
}

function fillAll(target: Int32Array): number {
  for (let token = 0; token < target.length; token++) target[token] = token
  return target.length
}

function largest(row: Float32Array): number {
  let most = -Infinity
  for (let index = 0; index < row.length; index++) if (row[index]! > most) most = row[index]!
  return most
}

function collect(row: Float32Array, threshold: number, target: Int32Array): number {
  let count = 0
  for (let token = 0; token < row.length; token++) if (row[token]! >= threshold) target[count++] = token
  return count
}

function collectEither(
  a: Float32Array,
  thresholdA: number,
  b: Float32Array,
  thresholdB: number,
  target: Int32Array,
): number {
  let count = 0
  for (let token = 0; token < a.length; token++) {
    if (a[token]! >= thresholdA || b[token]! >= thresholdB) target[count++] = token
  }
  return count
}

function collectAny(
  rows: readonly Float32Array[],
  thresholds: readonly number[],
  target: Int32Array,
): number {
  let count = 0
  for (let token = 0; token < target.length; token++) {
    for (let index = 0; index < rows.length; index++) {
      if (rows[index]![token]! < thresholds[index]!) continue
      target[count++] = token
      break
    }
  }
  return count
}
