import { WoolgatherError, type Issue, type Json, type PlanLink } from '@woolgather/workflow'
import { UpstreamError } from './run-error.ts'
import { whySkipped } from './blocked-by.ts'
import { cellCancelled, type CancelledCells } from './cell-choices.ts'
import type { CellGraph } from './cell-graph.ts'
import { CellQueue } from './cell-queue.ts'
import type { Cell, NodeState } from './cell.ts'
import { tooMany } from './count-cells.ts'
import type { RunReporter } from './run-reporter.ts'
import type { RunControl } from './run-setup.ts'
import type { Settling } from './settling.ts'
import { Walk, type WalkHost } from './walk.ts'

/** What asking for cells needs of the run. */
interface AskingParts {
  report: RunReporter
  settling: Settling
  cancelled: CancelledCells
  cellLimit: number
  control: RunControl
}

/**
 * Asks for cells from what is wanted backwards: each asks for what it reads, and waits for it. Who is asked stands in
 * line, so nothing recurses along the graph.
 */
export class Asking implements WalkHost {
  readonly graph: CellGraph
  readonly #parts: AskingParts
  readonly #asked = new CellQueue()
  /** Nodes that wait for a lazy input, and how to wake them when that is not to come. */
  readonly #lazy = new Map<Cell, Set<() => void>>()

  constructor(graph: CellGraph, parts: AskingParts) {
    this.graph = graph
    this.#parts = parts
  }

  demand(cell: Cell): void {
    if (cell.state !== 'idle') return
    cell.state = 'waiting'
    this.#parts.report.asked(cell)
    this.#asked.push(cell)
  }

  found(walk: Walk): void {
    const { cellLimit, control } = this.#parts
    // loops have a maximum of their own
    if (walk.loops || control.stopping || walk.cells.length <= cellLimit) return
    control.refuse(tooMany(walk.source.plan.path, walk.cells.length, cellLimit))
  }

  /** Lets the next cell in line ask for what it reads; whether there is one. */
  next(): boolean {
    const cell = this.#asked.shift()
    if (cell === undefined) return false
    if (!cell.settled) this.#expand(cell)
    return true
  }

  #expand(cell: Cell): void {
    const { settling, cancelled } = this.#parts
    const { idle } = cell.owner.plan
    if (idle !== undefined) {
      if ('issue' in idle) settling.fail(cell, thrownFor(idle.issue))
      else settling.skip(cell, { reason: idle.skipped, because: 'muted', node: undefined })
      return
    }
    if (cancelled.has(cell)) return settling.fail(cell, cellCancelled(cell))
    cell.pending = 1
    this.#awaitZone(cell)
    const { links } = cell.owner.plan
    for (let i = 0; i < links.length; i++) this.#awaitLink(cell, links[i] as PlanLink, i)
    cell.sourceSettled()
  }

  /** What a part of a loop waits for besides its links. */
  #awaitZone(cell: Cell): void {
    const { role, zone, axes } = cell.owner.plan
    if (zone === undefined) return
    if (role === 'zone-start') this.#awaitSource(cell, this.graph.cellBelow(cell, this.graph.node(zone.init)))
    if (role === 'zone-end') cell.walks = [this.#walk(cell, this.graph.node(zone.step), axes)]
  }

  #awaitLink(cell: Cell, link: PlanLink, number: number): void {
    if (link.lazy) return
    const source = this.graph.node(link.source)
    if (link.keeps === undefined) return this.#awaitSource(cell, this.graph.cellBelow(cell, source))
    cell.walks ??= []
    cell.walks[number] = this.#walk(cell, source, link.keeps)
  }

  #awaitSource(cell: Cell, source: Cell): void {
    if (source.settled) return
    cell.pending++
    source.waiters ??= []
    source.waiters.push(cell)
    this.demand(source)
  }

  #walk(cell: Cell, source: NodeState, keeps: readonly number[]): Walk {
    const base = this.graph.space(keeps.filter((axis) => source.plan.axes.includes(axis)))
    const walk = new Walk(this, source, base, cell)
    cell.pending++
    walk.begin(cell.owner.space.project(cell.point, base))
    return walk
  }

  /** What a node gets when it asks for a lazy input. */
  readonly ask = (cell: Cell, link: PlanLink): Promise<Json> => {
    const { control } = this.#parts
    const source = this.graph.cellBelow(cell, this.graph.node(link.source))
    const item = link.spread === undefined ? undefined : cell.owner.space.indexAlong(cell.point, link.spread)
    return new Promise((resolve, reject) => {
      const wakers = this.#lazy.get(cell) ?? new Set()
      this.#lazy.set(cell, wakers)
      const answer = (): void => {
        wakers.delete(answer)
        const value = source.value(link.output, item)
        if (source.state === 'done' && value !== undefined) resolve(value)
        else reject(new UpstreamError(whySkipped(source)))
      }
      wakers.add(answer)
      if (source.settled || control.stopping || cell.settled) return answer()
      source.waiters ??= []
      source.waiters.push({ sourceSettled: answer })
      this.demand(source)
      control.turn()
    })
  }

  /** Tells a cell that what it asked for is not to come. */
  giveUp(cell: Cell): void {
    for (const wake of [...(this.#lazy.get(cell) ?? [])]) wake()
  }
}

function thrownFor({ code, message, input, where, hint }: Issue): WoolgatherError {
  return new WoolgatherError(code, message, {
    ...(input !== undefined && { input }),
    ...(where !== undefined && { where }),
    ...(hint !== undefined && { hint }),
  })
}
