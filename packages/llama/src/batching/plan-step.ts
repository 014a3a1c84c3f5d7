/** What one generation waits to have decoded. */
export interface Pending {
  /** Tokens not yet in the KV cache; 1 where it is generating. */
  count: number
}

export interface StepLimits {
  /** Most tokens of one decode call. */
  batch: number
  /** Most prompt tokens of one call while others are generating, so that their next token is not long in coming. */
  promptBatch: number
}

/**
 * One decode call in which no text's arithmetic depends on the others. A processor's matrix kernels sum up a lone
 * token in another order than two or more of one sequence, and llama.cpp cuts batches so that every sequence in a
 * part has equally many. So prompts go one by one, never ending on a lone token, and who is writing goes together,
 * or one at a time where the weights are of a type whose sums depend on the batch.
 * @param writer the one that may write, where only one may
 */
export function planStrictStep(
  pending: readonly Pending[],
  { batch, promptsFirst, writer }: { batch: number; promptsFirst: boolean; writer?: number | undefined },
): number[] {
  const prompt = pending.findIndex(({ count }) => count > 1)
  const writing = pending.some(({ count }) => count === 1)
  if (prompt === -1 || (writing && !promptsFirst)) {
    return pending.map(({ count }, index) => (count === 1 && index === (writer ?? index) ? 1 : 0))
  }
  return pending.map(({ count }, index) => {
    if (index !== prompt) return 0
    if (count <= batch) return count
    return count === batch + 1 ? batch - 1 : batch
  })
}

/**
 * Shares one decode call out: a token for every generation that is writing, then what is left evenly among the
 * prompts, so that a short prompt never waits for a long one to end. Returns how many tokens each may decode.
 */
export function planStep(pending: readonly Pending[], limits: StepLimits): number[] {
  const shares: number[] = pending.map(({ count }) => (count === 1 ? 1 : 0))
  const writing = shares.reduce((sum, share) => sum + share, 0)
  const room = limits.batch - writing
  let left = writing > 0 ? Math.min(room, limits.promptBatch) : room
  let open = pending.map((_, index) => index).filter((index) => pending[index]!.count > 1)
  while (left > 0 && open.length > 0) {
    const share = Math.max(1, Math.floor(left / open.length))
    for (const index of open) {
      const given = Math.min(share, left, pending[index]!.count - shares[index]!)
      shares[index]! += given
      left -= given
    }
    open = open.filter((index) => shares[index]! < pending[index]!.count)
  }
  return shares
}
