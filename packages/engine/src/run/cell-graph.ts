import type { Plan, PlanAxis } from '@woolgather/workflow'
import { Cell, type NodeState } from './cell.ts'
import { Extent } from './extent.ts'
import { Space } from './space.ts'

/** Everything a run knows about its cells: nodes, the spaces they range over, and how long the axes are so far. */
export class CellGraph {
  readonly nodes: NodeState[] = []
  readonly axes: readonly PlanAxis[]
  readonly #spaces = new Map<string, Space>()
  readonly #extents: Map<number, Extent>[]

  constructor(plan: Plan) {
    this.axes = plan.axes
    this.#extents = plan.axes.map(() => new Map())
  }

  space(axes: readonly number[]): Space {
    const key = axes.join(',')
    const known = this.#spaces.get(key)
    if (known !== undefined) return known
    const space = new Space(axes, this.axes)
    this.#spaces.set(key, space)
    return space
  }

  node(index: number): NodeState {
    return this.nodes[index] as NodeState
  }

  cellAt(node: NodeState, point: number): Cell {
    const known = node.cells[point]
    if (known !== undefined) return known
    const cell = new Cell(node, point)
    node.cells[point] = cell
    return cell
  }

  /** The cell of `source` that a cell of another node lies above. */
  cellBelow(cell: Cell, source: NodeState): Cell {
    return this.cellAt(source, cell.owner.space.project(cell.point, source.space))
  }

  /** Extent of an axis at a point of the space of its maker. */
  extent(axis: number, point: number): Extent {
    const extents = this.#extents[axis] as Map<number, Extent>
    const known = extents.get(point)
    if (known !== undefined) return known
    const extent = new Extent()
    extents.set(point, extent)
    return extent
  }

  /** The cell whose outcome gives the extent of an axis at a point of its maker's space. */
  makerOf(axis: number, point: number): Cell {
    return this.cellAt(this.node((this.axes[axis] as PlanAxis).maker), point)
  }
}
