import { setImmediate } from 'node:timers/promises'

/** Longest that work on the main thread may hold the event loop before it lets others in, in milliseconds. */
const slice = 8

/** Keeps work that could go on for long on the main thread from holding the event loop. */
export class TimeSlice {
  #since = performance.now()

  /** The event loop was free just now. */
  restart(): void {
    this.#since = performance.now()
  }

  /** Lets others in where the slice is used up. */
  async pause(): Promise<void> {
    if (performance.now() - this.#since < slice) return
    await setImmediate()
    this.restart()
  }
}

/** Decode calls shorter than this, in milliseconds, are made on the main thread. */
const brief = 6

/**
 * Foretells whether a decode call is short: going to a worker thread and back costs a tenth of a millisecond, a
 * twentieth of what a small model takes for a token, and a long call must never hold the event loop.
 */
export class DecodePace {
  #tokens = 0
  #milliseconds = Infinity

  isBrief(tokens: number): boolean {
    return tokens <= this.#tokens && this.#milliseconds < brief
  }

  record(tokens: number, milliseconds: number): void {
    this.#tokens = tokens
    this.#milliseconds = milliseconds
  }
}
