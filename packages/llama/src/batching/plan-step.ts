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
