import type { Cell } from './cell.ts'

/** Told as an axis grows, and once when it will grow no further. */
export interface ExtentListener {
  grown(from: number, to: number): void
  closed(failed: Cell | undefined): void
}

/**
 * How long an axis is at one coordinate. A list gives its length at once, a loop grows it one iteration at a time, and
 * whoever ranges over it is told: expansion while running and loops are the same thing here.
 */
export class Extent {
  #count = 0
  #closed = false
  #failed: Cell | undefined
  #listeners: ExtentListener[] = []

  get count(): number {
    return this.#count
  }

  get isClosed(): boolean {
    return this.#closed
  }

  follow(listener: ExtentListener): void {
    if (!this.#closed) this.#listeners.push(listener)
    if (this.#count > 0) listener.grown(0, this.#count)
    if (this.#closed) listener.closed(this.#failed)
  }

  grow(count: number): void {
    if (this.#closed) return
    const from = this.#count
    this.#count = count
    if (count > from) for (const listener of this.#listeners) listener.grown(from, count)
  }

  /** `failed`: the cell that should have made the axis and did not. */
  close(failed?: Cell): void {
    if (this.#closed) return
    this.#closed = true
    this.#failed = failed
    const listeners = this.#listeners
    this.#listeners = []
    for (const listener of listeners) listener.closed(failed)
  }
}
