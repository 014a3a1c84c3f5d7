import type { Cell } from './cell.ts'

/** How many cells may use one resource at once, and those in line for it. */
export class Slots {
  #free: number
  readonly #line: Cell[] = []
  #head = 0

  constructor(limit: number) {
    this.#free = limit
  }

  /** Takes a slot, or puts the cell in line. */
  take(cell: Cell): boolean {
    if (this.#free > 0) {
      this.#free--
      return true
    }
    this.#line.push(cell)
    return false
  }

  /** Gives a slot back; the cell that may try again now, if one is in line. */
  release(): Cell | undefined {
    this.#free++
    while (this.#head < this.#line.length) {
      const next = this.#line[this.#head++]
      if (this.#head > 1024 && this.#head * 2 > this.#line.length) {
        this.#line.splice(0, this.#head)
        this.#head = 0
      }
      // those cancelled while in line would keep the others waiting
      if (next?.settled === false) return next
    }
    return undefined
  }
}

export type Concurrency = number | Readonly<Record<string, number>>

/** Cells that wait for a machine elsewhere cost little; those of one resource share its own limit. */
const defaultLimit = 32

/** Limit of `resource`: its own, else `default`, else 32. */
export function limitFor(resource: string, concurrency: Concurrency | undefined): number {
  if (typeof concurrency === 'number') return Math.max(1, concurrency)
  return Math.max(1, concurrency?.[resource] ?? concurrency?.['default'] ?? defaultLimit)
}
