import type { PlanAxis } from '@woolgather/workflow'
import type { Cell, NodeState, Waiter } from './cell.ts'
import type { CellGraph } from './cell-graph.ts'
import type { Extent } from './extent.ts'
import type { Space } from './space.ts'

/** Part of a coordinate: an index per axis of the source, −1 where it is not known. */
type Indices = readonly number[]

export interface WalkHost {
  graph: CellGraph
  demand(cell: Cell): void
  /** Called for every cell found; stops a run that grows beyond its limit. */
  found(walk: Walk): void
}

/**
 * Asks for every cell of a node above a given point, those that come into being later included, and tells its owner
 * once all are settled. What a run is asked for, what a collecting input gathers and what a loop repeats are walks.
 */
export class Walk implements Waiter {
  readonly source: NodeState
  /** The space of the axes that stay fixed. */
  readonly base: Space
  /** Axes walked along, ascending. */
  readonly along: readonly number[]
  /** Whether it goes along the iterations of a loop. */
  readonly loops: boolean
  readonly cells: Cell[] = []
  /** Coordinates at which an axis could not be made, and the cell that should have made it. */
  readonly broken: { indices: Indices; cell: Cell }[] = []
  readonly #host: WalkHost
  readonly #owner: Waiter
  #pending = 1

  constructor(host: WalkHost, source: NodeState, base: Space, owner: Waiter) {
    this.#host = host
    this.source = source
    this.base = base
    this.#owner = owner
    this.along = source.space.axes.filter((axis) => !base.axes.includes(axis))
    this.loops = this.along.some((axis) => host.graph.axes[axis]?.kind === 'iteration')
  }

  /** Begins at a point of `base`. Several may be begun before the first ends. */
  begin(point: number): void {
    const fixed = this.base.indicesOf(point)
    const indices = this.source.space.axes.map((axis) => {
      const position = this.base.axes.indexOf(axis)
      return position < 0 ? -1 : (fixed[position] as number)
    })
    this.#visit(indices, 0)
    this.sourceSettled()
  }

  sourceSettled(): void {
    this.#pending--
    if (this.#pending === 0) this.#owner.sourceSettled()
  }

  #visit(indices: Indices, level: number): void {
    const axis = this.along[level]
    if (axis === undefined) {
      this.#reach(indices)
      return
    }
    this.#pending++
    const position = this.source.space.axes.indexOf(axis)
    this.#extentAt(indices, axis).follow({
      grown: (from, to) => {
        for (let i = from; i < to; i++) {
          const next = [...indices]
          next[position] = i
          this.#visit(next, level + 1)
        }
      },
      closed: (cell) => {
        if (cell !== undefined) this.broken.push({ indices, cell })
        this.sourceSettled()
      },
    })
  }

  #extentAt(indices: Indices, axis: number): Extent {
    const { graph } = this.#host
    const { within } = graph.axes[axis] as PlanAxis
    const { axes } = this.source.space
    const point = graph.space(within).pointAt(within.map((outer) => indices[axes.indexOf(outer)] as number))
    const maker = graph.makerOf(axis, point)
    this.#host.demand(maker)
    // a loop goes on only while somebody wants its end
    const { zone } = maker.owner.plan
    if (zone !== undefined) this.#host.demand(graph.cellAt(graph.node(zone.end), point))
    return graph.extent(axis, point)
  }

  #reach(indices: Indices): void {
    const cell = this.#host.graph.cellAt(this.source, this.source.space.pointAt(indices))
    this.cells.push(cell)
    if (!cell.settled) {
      this.#pending++
      cell.waiters ??= []
      cell.waiters.push(this)
      this.#host.demand(cell)
    }
    this.#host.found(this)
  }
}
