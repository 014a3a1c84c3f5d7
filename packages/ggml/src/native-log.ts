const keptLines = 200

/** The last lines native code logged, for error messages. One per process, because llama.cpp's logger is global. */
export class NativeLog {
  readonly #lines: string[] = []
  #open = ''

  /** Text of any shape: parts of a line, or several. */
  write(text: string): void {
    const parts = (this.#open + text).split('\n')
    this.#open = parts.pop() ?? ''
    this.#lines.push(...parts.filter((line) => line.trim() !== ''))
    if (this.#lines.length > keptLines) this.#lines.splice(0, this.#lines.length - keptLines)
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
