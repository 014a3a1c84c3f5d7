import type { SamplingSettings } from '../contract/interface.ts'

export type SequenceBiases = NonNullable<SamplingSettings['sequenceBias']>

/**
 * Adds each bias to the logit of its last token where the tokens before it are what was read and written last: Hugging
 * Face's SequenceBias. Changes the row in place.
 * @returns what the changed logits were, by token
 */
export function applySequenceBias(
  row: Float32Array,
  before: readonly number[],
  biases: SequenceBiases,
): Map<number, number> {
  const originals = new Map<number, number>()
  for (const { tokens, bias } of biases) {
    const last = tokens.at(-1)
    if (last === undefined || !endsWith(before, tokens)) continue
    if (!originals.has(last)) originals.set(last, row[last]!)
    row[last] = row[last]! + bias
  }
  return originals
}

/** Whether `before` ends with all of a sequence but its last token. */
function endsWith(before: readonly number[], sequence: readonly number[]): boolean {
  const length = sequence.length - 1
  const start = before.length - length
  if (start < 0) return false
  for (let index = 0; index < length; index++) if (before[start + index] !== sequence[index]) return false
  return true
}
