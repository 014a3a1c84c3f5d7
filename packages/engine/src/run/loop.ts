import type { Json, PlanZone } from '@woolgather/workflow'
import type { CellGraph } from './cell-graph.ts'
import type { Cell } from './cell.ts'
import type { Walk } from './walk.ts'

/** What an end of a loop is run with besides its inputs. */
export interface LoopPart {
  /** Of the start: which one; of the end: how many there were. */
  iteration: number
  /** What it hands on beside what it makes. */
  slots: Readonly<Record<string, Json>>
}

/** What a loop's start hands out: at first what came in, then what the iteration before left. */
export function slotsAtStart(graph: CellGraph, start: Cell): LoopPart {
  const zone = zoneOf(start)
  const { space } = start.owner
  const iteration = space.indexAlong(start.point, zone.axis)
  if (iteration === 0) return { slots: initOf(graph, start).outputs ?? {}, iteration }
  const step = graph.node(zone.step)
  const before = space.indicesOf(start.point)
  before[space.axes.indexOf(zone.axis)] = iteration - 1
  // the step ranges over the same axes as the start
  return { slots: graph.cellAt(step, step.space.pointAt(before)).outputs ?? {}, iteration }
}

/** What a loop's end hands out: what the last iteration left, or what came in where there was none. */
export function slotsAtEnd(graph: CellGraph, end: Cell): LoopPart {
  const [walk] = end.walks as [Walk]
  const last = walk.cells.at(-1) ?? initOf(graph, end)
  return { slots: last.outputs ?? {}, iteration: walk.cells.length }
}

/** Begins a loop whose inputs are known. */
export function beginLoop(graph: CellGraph, init: Cell): void {
  const extent = graph.extent(zoneOf(init).axis, init.point)
  if (maximumOf(init) > 0) extent.grow(1)
  else extent.close()
}

/** A loop goes on after an iteration that succeeded, while it is not stopped and its maximum is not reached. */
export function growLoop(graph: CellGraph, step: Cell): void {
  const zone = zoneOf(step)
  const init = initOf(graph, step)
  const extent = graph.extent(zone.axis, init.point)
  const next = step.owner.space.indexAlong(step.point, zone.axis) + 1
  const goesOn = step.state === 'done' && step.inputs?.['stop'] !== true && next < maximumOf(init)
  if (goesOn) extent.grow(next + 1)
  else extent.close()
}

/** A loop whose end fails or is cancelled by itself goes on no further: nobody is left who wants it. */
export function endLoop(graph: CellGraph, end: Cell): void {
  graph.extent(zoneOf(end).axis, end.point).close()
}

export function initOf(graph: CellGraph, cell: Cell): Cell {
  return graph.cellBelow(cell, graph.node(zoneOf(cell).init))
}

function zoneOf(cell: Cell): PlanZone {
  return cell.owner.plan.zone as PlanZone
}

function maximumOf(init: Cell): number {
  const maximum = init.inputs?.['maximum']
  return typeof maximum === 'number' ? maximum : 0
}
