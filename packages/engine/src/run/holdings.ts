import type { Cell, NodeState } from './cell.ts'
import type { Extent } from './extent.ts'

/** What cells of a run hold from now on. */
export interface Holding {
  /** What may be held: what the next cells need, and what loops that are not over have used. */
  names: readonly string[]
  /** The run is a sweep over what is held, or takes many in turn: what is not named can go. */
  others: boolean
}

interface Line {
  names: ReadonlySet<string>
  cells: Cell[]
}

/** Two models side by side are no sweep: they need not be loaded anew for every row of a batch. */
const fewSets = 2

/**
 * Cells that hold large things while they run, such as models, take turns: those that hold the same run together, and
 * others wait until none of them is left. So a sweep over models needs the memory of one.
 */
export class Holdings {
  readonly #onHold: (holding: Holding) => void
  /** What cells may hold now. */
  #now: ReadonlySet<string> | undefined
  #running = 0
  /** In order of arrival. */
  readonly #lines = new Map<string, Line>()
  /** Loops under way, and what their cells have held. */
  readonly #loops = new Map<Extent, Set<string>>()
  /** What the last cell of each node was to hold, and the first few of all. */
  readonly #ofNode = new Map<NodeState, string>()
  readonly #sets = new Set<string>()
  #others = false

  constructor(onHold: (holding: Holding) => void) {
    this.#onHold = onHold
  }

  /** Whether the cell may run now; otherwise it is in line until `next` hands it out. */
  take(cell: Cell, names: readonly string[]): boolean {
    const key = [...new Set(names)].toSorted().join('\n')
    this.#note(cell.owner, key)
    if (this.#now !== undefined && isWithin(names, this.#now)) return true
    const line = this.#lines.get(key) ?? { names: new Set(names), cells: [] }
    line.cells.push(cell)
    this.#lines.set(key, line)
    return false
  }

  /** @param loops those that the cell lies in */
  began(names: readonly string[], loops: readonly Extent[]): void {
    this.#running++
    for (const loop of loops) {
      const held = this.#loops.get(loop) ?? new Set()
      this.#loops.set(loop, held)
      for (const name of names) held.add(name)
    }
  }

  ended(): void {
    this.#running--
  }

  /**
   * Whose turn it is, where nothing is held any more. To be asked when the run can do nothing else: else cells that are
   * about to be ready would miss their turn.
   * @param loopsOf those that a cell lies in
   */
  next(loopsOf: (cell: Cell) => readonly Extent[]): Cell[] {
    if (this.#running > 0) return []
    this.#forget()
    this.#others ||= this.#lines.size > 1 && this.#sets.size > fewSets
    const goesOn = (cell: Cell): boolean => loopsOf(cell).some((loop) => this.#loops.has(loop))
    const lines = [...this.#lines.values()]
    // What a loop under way has loaded is not loaded again for each iteration.
    const line = (this.#loops.size > 0 && lines.find(({ cells }) => cells.some(goesOn))) || lines[0]
    if (line === undefined) return []
    this.#now = line.names
    const names = new Set([...line.names, ...[...this.#loops.values()].flatMap((held) => [...held])])
    this.#onHold({ names: [...names], others: this.#others })
    return this.#takeOut(line.names)
  }

  #note(node: NodeState, key: string): void {
    this.#others ||= (this.#ofNode.get(node) ?? key) !== key
    this.#ofNode.set(node, key)
    if (this.#sets.size <= fewSets) this.#sets.add(key)
  }

  #takeOut(names: ReadonlySet<string>): Cell[] {
    const cells: Cell[] = []
    for (const [key, line] of this.#lines) {
      if (!isWithin(line.names, names)) continue
      this.#lines.delete(key)
      cells.push(...line.cells)
    }
    return cells
  }

  /** Cells that were cancelled, and loops that are over. */
  #forget(): void {
    for (const [key, line] of this.#lines) {
      line.cells = line.cells.filter((cell) => !cell.settled)
      if (line.cells.length === 0) this.#lines.delete(key)
    }
    for (const loop of this.#loops.keys()) if (loop.isClosed) this.#loops.delete(loop)
  }
}

function isWithin(names: Iterable<string>, held: ReadonlySet<string>): boolean {
  for (const name of names) if (!held.has(name)) return false
  return true
}
