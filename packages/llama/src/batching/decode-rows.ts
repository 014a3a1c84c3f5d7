import type { BatchEntry } from '../native/batch-buffers.ts'
import type { Sequence } from './sequence.ts'

/** How many tokens each sequence decodes in one call. */
export type Shares = ReadonlyMap<Sequence, number>

/** Logits that a decode call gave. */
export interface Row {
  sequence: Sequence
  /** Which entry of the batch has the logits, and which position of the sequence that is. */
  index: number
  position: number
  /** It is the sequence's last token. */
  last: boolean
}

// Loops: both are walked for every token that is written, when all that a small model does not need is felt.

export function listEntries(shares: Shares): BatchEntry[] {
  const entries: BatchEntry[] = []
  for (const [sequence, count] of shares) {
    const { slot, tokens, decoded } = sequence
    if (!slot) continue
    for (let position = decoded; position < decoded + count; position++) {
      const logits = sequence.wantsLogits(position)
      entries.push({ token: tokens[position]!, position, sequence: slot.id, logits })
    }
  }
  return entries
}

/** Where in the batch, now decoded, whose logits are. */
export function listRows(shares: Shares): Row[] {
  const rows: Row[] = []
  let end = 0
  for (const [sequence, count] of shares) {
    end += count
    for (let back = count; back > 0; back--) {
      const position = sequence.decoded - back
      const last = position === sequence.tokens.length - 1
      if (sequence.wantsLogits(position)) rows.push({ sequence, index: end - back, position, last })
    }
  }
  return rows
}
