import { isWritten, type Json, type PlanAxis } from '@woolgather/workflow'
import type { NodeDefinition } from '../nodes/define-node.ts'
import type { CellGraph } from './cell-graph.ts'
import type { CellQueue } from './cell-queue.ts'
import type { Cell, RunInputValues } from './cell.ts'
import type { Resumption } from './earlier-attempt.ts'
import type { Extent } from './extent.ts'
import { Holdings } from './holdings.ts'
import type { LoopPart } from './loop.ts'
import { runCell, type Outcome, type RunningCell } from './run-cell.ts'
import type { RunReporter } from './run-reporter.ts'
import type { RunControl, RunSetup } from './run-setup.ts'
import type { Settling } from './settling.ts'

interface InvokingParts {
  graph: CellGraph
  report: RunReporter
  settling: Settling
  resumption: Resumption | undefined
  ready: CellQueue
  control: RunControl
}

const noLoop: LoopPart = { iteration: 0, slots: {} }

/** Runs cells whose inputs are known: as many at once as their resources allow, those that hold the same together. */
export class Invoking<Services> {
  readonly #setup: RunSetup<Services>
  readonly #parts: InvokingParts
  readonly #running = new Map<Cell, RunningCell>()
  readonly #holdings: Holdings
  /** Cells that will hold something, and still look for a kept result. */
  #looking = 0
  readonly #keeping = new Set<Promise<void>>()

  constructor(setup: RunSetup<Services>, parts: InvokingParts) {
    this.#setup = setup
    this.#parts = parts
    this.#holdings = new Holdings(setup.onHold ?? (() => undefined))
  }

  /** Cells under way. */
  get running(): readonly Cell[] {
    return [...this.#running.keys()]
  }

  get idle(): boolean {
    return this.#running.size === 0
  }

  /** Tells a cell to end, where it is under way; whether it is. */
  abort(cell: Cell, reason: unknown): boolean {
    const running = this.#running.get(cell)
    running?.abort(reason)
    return running !== undefined
  }

  /** Tells a cell that is under way to end with what it has, where it can. */
  finish(cell: Cell): void {
    this.#running.get(cell)?.finish()
  }

  /** Resolves when the results of what has run are in the cache. */
  async kept(): Promise<void> {
    while (this.#keeping.size > 0) await Promise.all(this.#keeping)
  }

  /** Runs a cell, or puts it in line. */
  invoke(cell: Cell, inputs: RunInputValues, part: LoopPart = noLoop): void {
    const definition = cell.owner.definition as NodeDefinition<Services>
    const { slots } = cell.owner
    // what waits for others while it runs takes no turns: it would keep them from having theirs
    const held = slots === undefined ? [] : (definition.holds?.(inputs as never) ?? [])
    const names = held.length === 0 ? undefined : held
    if (slots !== undefined && !(this.#mayHold(cell, names) && this.#mayRun(cell) && slots.take(cell))) {
      cell.state = 'ready'
      cell.inputs = inputs
      return
    }
    cell.state = 'running'
    cell.inputs = undefined
    if (names !== undefined) this.#holdings.began(names, this.#loopsOf(cell))
    this.#parts.report.started(cell)
    this.#run(cell, definition, inputs, part, names !== undefined)
  }

  #run(
    cell: Cell,
    definition: NodeDefinition<Services>,
    inputs: RunInputValues,
    { iteration, slots: handedOn }: LoopPart,
    holds: boolean,
  ): void {
    const { owner } = cell
    const { plan, workflow, events, seeds, graceMs } = this.#setup
    const literal = inputs['seed']
    const seed = typeof literal === 'number' ? literal : (seeds[owner.plan.path] ?? 0)
    const services = (cell.services as Services | undefined) ?? this.#setup.services
    const written = (input: string): boolean => isWritten(plan.nodes, owner.plan, input)
    let endedAtOnce = false
    const running = runCell(
      { cell, definition, inputs, services, workflow, written, events, seed, iteration, graceMs },
      (outcome) => {
        endedAtOnce = true
        this.#running.delete(cell)
        if (holds) this.#holdings.ended()
        const next = owner.slots?.release()
        if (next !== undefined) this.#parts.ready.push(next)
        this.#settle(cell, outcome, handedOn)
        this.#parts.control.turn()
      },
    )
    if (!endedAtOnce) this.#running.set(cell, running)
  }

  /** Goes on with a cell when something it waits for is there; meanwhile it counts as under way. */
  waitFor<Found>(cell: Cell, found: Promise<Found>, goOn: (found: Found) => void): void {
    const { settling, control } = this.#parts
    const holds = cell.owner.definition?.holds !== undefined
    const then = (step: () => void): void => {
      if (!this.#running.delete(cell)) return
      if (holds) this.#looking--
      try {
        step()
      } catch (error) {
        settling.fail(cell, error)
      }
      control.turn()
    }
    cell.state = 'running'
    if (holds) this.#looking++
    this.#running.set(cell, { abort: (reason) => then(() => settling.fail(cell, reason)), finish: () => {} })
    found.then(
      (value) => then(() => goOn(value)),
      (error: unknown) => then(() => settling.fail(cell, error)),
    )
  }

  /** Lets others hold what they need, when nothing else is left to do. @returns whether there are any */
  passTurn(): boolean {
    if (this.#looking > 0) return false
    const next = this.#holdings.next((cell) => this.#loopsOf(cell))
    for (const cell of next) this.#parts.ready.push(cell)
    return next.length > 0
  }

  #mayHold(cell: Cell, names: readonly string[] | undefined): boolean {
    return names === undefined || this.#holdings.take(cell, names)
  }

  #mayRun(cell: Cell): boolean {
    const { resumption } = this.#parts
    return resumption === undefined || resumption.take(cell)
  }

  #loopsOf({ owner, point }: Cell): Extent[] {
    const { graph } = this.#parts
    return owner.plan.axes.flatMap((index) => {
      const axis = graph.axes[index] as PlanAxis
      if (axis.kind !== 'iteration') return []
      return [graph.extent(index, owner.space.project(point, graph.space(axis.within)))]
    })
  }

  #settle(cell: Cell, outcome: Outcome, handedOn: LoopPart['slots']): void {
    const { settling } = this.#parts
    switch (outcome.kind) {
      case 'done': {
        const outputs = { ...outcome.outputs, ...handedOn }
        this.#keep(cell, outputs)
        return settling.finish(cell, outputs, outcome)
      }
      case 'failed':
        return settling.fail(cell, outcome.thrown)
      case 'skipped':
        return settling.skip(cell, outcome.skip)
    }
  }

  #keep(cell: Cell, outputs: Readonly<Record<string, Json>>): void {
    const keeping = cell.keep?.(outputs)
    cell.keep = undefined
    cell.services = undefined
    if (!(keeping instanceof Promise)) return
    // What cannot be kept is computed again another time.
    const kept: Promise<void> = keeping.catch(() => undefined).then(() => void this.#keeping.delete(kept))
    this.#keeping.add(kept)
  }
}
