const keptLines = 200

/** The last lines native code logged, for error messages. One per process, because llama.cpp's logger is global. */
export class NativeLog {
  readonly #lines: string[] = []
  #open = ''
  #heard: string[] | undefined
  #turn: Promise<unknown> = Promise.resolve()

  /** Text of any shape: parts of a line, or several. */
  write(text: string): void {
    const parts = (this.#open + text).split('\n')
    this.#open = parts.pop() ?? ''
    const whole = parts.filter((line) => line.trim() !== '')
    this.#lines.push(...whole)
    this.#heard?.push(...whole)
    if (this.#lines.length > keptLines) this.#lines.splice(0, this.#lines.length - keptLines)
  }

  /** What a call that returns when it is done logged: nothing of what other threads do meanwhile. */
  during<Result>(call: () => Result): { result: Result; lines: readonly string[] } {
    const heard: string[] = []
    this.#heard = heard
    try {
      return { result: call(), lines: heard }
    } finally {
      this.#heard = undefined
    }
  }

  /** One after another, so that each finds in the log what it caused, and not what another did. */
  alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#turn.then(() => {
      this.clear()
      return work()
    })
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  /** A place to ask `since` about later. */
  clear(): void {
    this.#lines.length = 0
    this.#open = ''
  }

  last(count: number = keptLines): string[] {
    const all = this.#open.trim() === '' ? this.#lines : [...this.#lines, this.#open]
    return all.slice(-count)
  }
}
