import type { Json, RanCell } from '@woolgather/workflow'
import { toRunError } from './run-error.ts'
import { whySkipped } from './blocked-by.ts'
import type { CellGraph } from './cell-graph.ts'
import type { CellQueue } from './cell-queue.ts'
import type { Cell, Skip } from './cell.ts'
import type { Resumption } from './earlier-attempt.ts'
import { beginLoop, endLoop, growLoop } from './loop.ts'
import type { RunReporter } from './run-reporter.ts'

/**
 * Settles cells, each exactly once: tells how it ended, makes the axes longer or complete that depend on it, and wakes
 * whoever waits for it.
 */
export class Settling {
  /** Cells that failed by themselves, in the order in which they did. */
  readonly failed: Cell[] = []
  readonly #graph: CellGraph
  readonly #report: RunReporter
  readonly #resumption: Resumption | undefined
  readonly #ready: CellQueue

  constructor(
    graph: CellGraph,
    report: RunReporter,
    { ready, resumption }: { ready: CellQueue; resumption: Resumption | undefined },
  ) {
    this.#graph = graph
    this.#report = report
    this.#ready = ready
    this.#resumption = resumption
  }

  finish(
    cell: Cell,
    outputs: Readonly<Record<string, Json>>,
    how: { milliseconds: number } | 'cached',
  ): void {
    if (cell.settled) return
    try {
      this.#report.done(cell, outputs, how)
    } catch (error) {
      return this.fail(cell, error)
    }
    cell.outputs = outputs
    // the start and the end of a loop look at them again
    if (cell.owner.plan.zone === undefined) cell.inputs = undefined
    this.#settle(cell, 'done')
  }

  fail(cell: Cell, thrown: unknown): void {
    if (cell.settled) return
    const { plan, space } = cell.owner
    cell.error = toRunError(thrown, { node: plan.path, at: space.at(cell.point) })
    this.failed.push(cell)
    this.#report.failed(cell, cell.error)
    this.#settle(cell, 'failed')
  }

  skip(cell: Cell, skip: Skip): void {
    if (cell.settled) return
    cell.skip = skip
    this.#report.skipped(cell, skip)
    this.#settle(cell, 'skipped')
  }

  /** Settles a cell as an earlier attempt did, of which everybody was told then. */
  restore(cell: Cell, earlier: RanCell<Json>): void {
    this.#report.restored()
    if ('outputs' in earlier) {
      cell.outputs = earlier.outputs
      return this.#settle(cell, 'done')
    }
    cell.error = earlier.error
    this.failed.push(cell)
    this.#settle(cell, 'failed')
  }

  #settle(cell: Cell, state: 'done' | 'failed' | 'skipped'): void {
    cell.state = state
    const { waiters } = cell
    cell.waiters = undefined
    this.#growAxes(cell)
    if (waiters !== undefined) for (const waiter of waiters) waiter.sourceSettled()
    for (const restored of this.#resumption?.settled(cell) ?? []) this.#ready.push(restored)
  }

  /** Axes that begin, grow or end with this cell. */
  #growAxes(cell: Cell): void {
    const { plan } = cell.owner
    if (plan.role === 'zone-step') return growLoop(this.#graph, cell)
    if (plan.role === 'zone-end') return endLoop(this.#graph, cell)
    const axis = plan.role === 'zone-init' ? plan.zone?.axis : plan.makes
    if (axis === undefined) return
    const extent = this.#graph.extent(axis, cell.point)
    if (cell.state !== 'done') {
      extent.close(cell)
      this.#report.missingAxis(this.#graph, axis, cell, whySkipped(cell))
    } else if (plan.role === 'zone-init') beginLoop(this.#graph, cell)
    else {
      extent.grow(cell.spreadValues().length)
      extent.close()
    }
  }
}
