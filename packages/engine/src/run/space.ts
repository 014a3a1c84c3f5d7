import type { Coordinate, PlanAxis } from '@woolgather/workflow'

/**
 * The coordinates over one set of axes, each given a number when it first comes up. Nodes over the same axes share
 * their space, so looking a coordinate up and projecting it onto fewer axes is paid once, not once per node.
 */
export class Space {
  /** Axis numbers, ascending. */
  readonly axes: readonly number[]
  readonly #labels: readonly string[]
  readonly #numbers = new Map<string | number, number>()
  readonly #indices: number[] = []
  readonly #projections = new Map<Space, Projection>()
  #size = 0

  constructor(axes: readonly number[], all: readonly PlanAxis[]) {
    this.axes = axes
    this.#labels = axes.map((axis) => all[axis]?.id ?? '')
    if (axes.length === 0) this.#size = 1
  }

  get size(): number {
    return this.#size
  }

  /** Number of the point at these indices, one per axis. */
  pointAt(indices: readonly number[]): number {
    const { length } = this.axes
    if (length === 0) return 0
    const key = length === 1 ? (indices[0] as number) : indices.join(',')
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const point = this.#size++
    this.#numbers.set(key, point)
    for (let i = 0; i < length; i++) this.#indices.push(indices[i] as number)
    return point
  }

  indicesOf(point: number): number[] {
    const { length } = this.axes
    return this.#indices.slice(point * length, (point + 1) * length)
  }

  /** Index of a point along one of the axes. */
  indexAlong(point: number, axis: number): number {
    return this.#indices[point * this.axes.length + this.axes.indexOf(axis)] as number
  }

  /** The point of `to`, a space over some of these axes, that `point` lies above. */
  project(point: number, to: Space): number {
    if (to === this) return point
    if (to.axes.length === 0) return 0
    const projection = this.#projectionTo(to)
    const known = projection.points[point]
    if (known !== undefined) return known
    const base = point * this.axes.length
    const found = to.pointAt(projection.positions.map((position) => this.#indices[base + position] as number))
    projection.points[point] = found
    return found
  }

  #projectionTo(to: Space): Projection {
    const known = this.#projections.get(to)
    if (known !== undefined) return known
    const projection: Projection = { positions: to.axes.map((axis) => this.axes.indexOf(axis)), points: [] }
    this.#projections.set(to, projection)
    return projection
  }

  at(point: number): Coordinate {
    if (this.axes.length === 0) return nowhere
    const at: Coordinate = {}
    const base = point * this.axes.length
    for (let i = 0; i < this.axes.length; i++)
      at[this.#labels[i] as string] = this.#indices[base + i] as number
    return at
  }
}

interface Projection {
  positions: number[]
  points: number[]
}

/** Coordinate of everything that is not swept. */
const nowhere: Coordinate = Object.freeze({})
