/** Milliseconds in which trouble is told once: what fails in a timer fails again and again. */
const quiet = 10_000

/**
 * For what is done in timers, and for those who do not wait for an answer: a disk that is full for a while ends no
 * process. It is said, and the work is undefined.
 */
export function createGuard(
  folder: string,
  onTrouble: (text: string) => void,
): <Result>(work: () => Result) => Result | undefined {
  let toldAt = -Infinity
  return (work) => {
    try {
      return work()
    } catch (error) {
      if (Date.now() - toldAt < quiet) return undefined
      toldAt = Date.now()
      const reason = error instanceof Error ? error.message : String(error)
      onTrouble(`The fabric in “${folder}” cannot be read or written now: ${reason}`)
      return undefined
    }
  }
}
