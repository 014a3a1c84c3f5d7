import type { Cell } from './cell.ts'

/** Cells in line, first come first served; taking one costs the same however long the line is. */
export class CellQueue {
  readonly #cells: Cell[] = []
  #head = 0

  push(cell: Cell): void {
    this.#cells.push(cell)
  }

  shift(): Cell | undefined {
    const cell = this.#cells[this.#head++]
    if (this.#head >= this.#cells.length) {
      this.#cells.length = 0
      this.#head = 0
    }
    return cell
  }
}
