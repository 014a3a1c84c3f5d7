/** Milliseconds of uninterrupted work after which others get a turn. */
const turnMs = 10

/** Works a step at a time until nothing is left to do without waiting, letting others in between. */
export class Turns {
  readonly #step: () => boolean
  readonly #rest: () => void
  #turning = false

  /**
   * @param step does one thing; whether there was one to do
   * @param rest called when there is none
   */
  constructor(step: () => boolean, rest: () => void) {
    this.#step = step
    this.#rest = rest
  }

  take(): void {
    if (this.#turning) return
    this.#turning = true
    const until = performance.now() + turnMs
    while (this.#step()) {
      if (performance.now() > until) {
        setImmediate(() => {
          this.#turning = false
          this.take()
        })
        return
      }
    }
    this.#turning = false
    this.#rest()
  }
}
