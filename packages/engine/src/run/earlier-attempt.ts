import type { Coordinate, Json, Plan, RanCell } from '@woolgather/workflow'
import type { Cell } from './cell.ts'

/** What is left of an attempt at this run whose process ended. */
export interface EarlierAttempt {
  /** Not run again, and not told again; what was skipped is looked at again. */
  settled?: readonly RanCell<Json>[] | undefined
  /** Cells that may have ended the process: run one at a time, with nothing beside them. */
  suspects?: readonly { node: string; at: Coordinate }[] | undefined
}

/** Finds cells that are settled already, and lets one cell run at a time while suspects are left. */
export class Resumption {
  readonly #settled = new Map<string, RanCell<Json>>()
  readonly #suspects = new Set<string>()
  readonly #held: Cell[] = []
  #busy: Cell | undefined

  constructor({ settled = [], suspects = [] }: EarlierAttempt, plan: Plan) {
    for (const cell of settled) this.#settled.set(nameOf(cell.node, cell.at), cell)
    // switches and the ends of loops wait for others while they run: held alone they would wait forever
    const alone = new Set(
      plan.nodes
        .filter(({ zone, description }) => zone === undefined && !description.inputs.some(({ lazy }) => lazy))
        .map(({ path }) => path),
    )
    for (const { node, at } of suspects) if (alone.has(node)) this.#suspects.add(nameOf(node, at))
  }

  find(cell: Cell): RanCell<Json> | undefined {
    return this.#settled.size === 0 ? undefined : this.#settled.get(nameOfCell(cell))
  }

  /** Whether the cell may run now; otherwise it is held until `settled` hands it out. */
  take(cell: Cell): boolean {
    if (this.#suspects.size === 0) return true
    if (this.#busy === undefined || this.#busy === cell) {
      this.#busy = cell
      return true
    }
    this.#held.push(cell)
    return false
  }

  /** Cells that may try again, now that this one is settled. */
  settled(cell: Cell): Cell[] {
    if (this.#suspects.size === 0) return []
    this.#suspects.delete(nameOfCell(cell))
    if (this.#busy === cell) this.#busy = undefined
    if (this.#suspects.size === 0) return this.#held.splice(0)
    if (this.#busy !== undefined) return []
    const suspect = this.#held.findIndex((held) => this.#suspects.has(nameOfCell(held)))
    return this.#held.splice(Math.max(suspect, 0), 1)
  }
}

function nameOfCell({ owner, point }: Cell): string {
  return nameOf(owner.plan.path, owner.space.at(point))
}

function nameOf(node: string, at: Coordinate): string {
  return JSON.stringify([node, ...Object.entries(at).sort(([a], [b]) => (a < b ? -1 : 1))])
}
