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

  get isOver(): boolean {
    return performance.now() - this.#since >= slice
  }

  /** Lets others in where the slice is used up. */
  async pause(): Promise<void> {
    if (!this.isOver) return
    await setImmediate()
    this.restart()
  }
}

/** Decode calls shorter than this, in milliseconds, are made on the main thread. */
const brief = 10
/** Calls looked back on. */
const memory = 8

/**
 * Foretells whether a decode call is short: going to a worker thread and back costs a tenth of a millisecond, a
 * twentieth of what a small model takes for a token, and a long call must never hold the event loop. It goes by the
 * shortest of the last calls: on a busy machine the others tell how long the process had to wait for a processor.
 */
export class DecodePace {
  readonly #calls: { tokens: number; milliseconds: number }[] = []

  isBrief(tokens: number): boolean {
    return this.#calls.some((call) => call.tokens >= tokens && call.milliseconds < brief)
  }

  record(tokens: number, milliseconds: number): void {
    this.#calls.push({ tokens, milliseconds })
    if (this.#calls.length > memory) this.#calls.shift()
  }
}
