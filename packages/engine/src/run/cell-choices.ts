import { WoolgatherError, type CellChoice, type Coordinate } from '@woolgather/workflow'
import type { Cell } from './cell.ts'

/** Cells that were cancelled while they, or what they need, still had to run. */
export class CancelledCells {
  readonly #rules: { nodes: ReadonlySet<number>; at: Coordinate }[] = []

  /** Those of `nodes`, at all coordinates that agree with `at`. */
  add(nodes: ReadonlySet<number>, at: Coordinate): void {
    this.#rules.push({ nodes, at })
  }

  has(cell: Cell): boolean {
    return this.#rules.some(({ nodes, at }) => nodes.has(cell.owner.plan.index) && agrees(cell, at))
  }
}

/** Whether a cell is among those chosen. */
export function isChosen(cell: Cell, choices: readonly CellChoice[]): boolean {
  return choices.some(({ node, at }) => node === cell.owner.plan.path && agrees(cell, at))
}

export function cellCancelled(cell: Cell): WoolgatherError {
  return new WoolgatherError('cancelled', `\`${cell.owner.plan.path}\` was cancelled.`)
}

/** Whether a cell stands where a coordinate says, which may leave axes open. */
export function agrees(cell: Cell, wanted: Coordinate): boolean {
  const at = cell.owner.space.at(cell.point)
  return Object.entries(wanted).every(([axis, index]) => at[axis] === undefined || at[axis] === index)
}
