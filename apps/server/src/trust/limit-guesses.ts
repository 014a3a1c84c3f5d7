/** Wrong tokens one address may send before it has to wait, and for how long, in milliseconds. */
export const guessLimits = { guesses: 20, pause: 60_000 } as const

/** Addresses remembered; beyond that the oldest is forgotten. */
const remembered = 10_000

/** Counts wrong tokens by the address they came from. */
export interface GuessLimit {
  /** Whether this address has guessed too often lately. */
  isTooMany(address: string): boolean
  guessed(address: string): void
}

export function createGuessLimit(now: () => number = Date.now): GuessLimit {
  const guesses = new Map<string, { count: number; since: number }>()

  const current = (address: string): { count: number; since: number } => {
    const known = guesses.get(address)
    return known !== undefined && now() - known.since < guessLimits.pause ? known : { count: 0, since: now() }
  }

  return {
    isTooMany: (address) => current(address).count >= guessLimits.guesses,
    guessed(address) {
      const { count, since } = current(address)
      guesses.delete(address)
      guesses.set(address, { count: count + 1, since })
      const [oldest] = guesses.keys()
      if (guesses.size > remembered && oldest !== undefined) guesses.delete(oldest)
    },
  }
}
