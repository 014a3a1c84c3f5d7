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

export function listEntries(shares: Shares): BatchEntry[] {
  return [...shares].flatMap(([sequence, count]) => entriesOf(sequence, count))
}

function entriesOf(sequence: Sequence, count: number): BatchEntry[] {
  const { slot, tokens, decoded } = sequence
  if (!slot) return []
  return tokens.slice(decoded, decoded + count).map((token, offset) => ({
    token,
    position: decoded + offset,
    sequence: slot.id,
    logits: sequence.wantsLogits(decoded + offset),
  }))
}

/** Where in the batch, now decoded, whose logits are. */
export function listRows(shares: Shares): Row[] {
  let end = 0
  return [...shares].flatMap(([sequence, count]) => {
    end += count
    const rows: Row[] = []
    for (let back = count; back > 0; back--) {
      const position = sequence.decoded - back
      const last = position === sequence.tokens.length - 1
      if (sequence.wantsLogits(position)) rows.push({ sequence, index: end - back, position, last })
    }
    return rows
  })
}
