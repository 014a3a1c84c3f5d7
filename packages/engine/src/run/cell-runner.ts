import {
  WoolgatherError,
  type Coordinate,
  type PlanNode,
  type RunError,
  type RunStatus,
} from '@woolgather/workflow'
import type { NodeDefinition } from '../nodes/define-node.ts'
import { Asking } from './asking.ts'
import { Beginning } from './beginning.ts'
import { agrees, CancelledCells, cellCancelled } from './cell-choices.ts'
import { CellGraph } from './cell-graph.ts'
import { CellQueue } from './cell-queue.ts'
import type { NodeState } from './cell.ts'
import { Resumption } from './earlier-attempt.ts'
import { Invoking } from './invoking.ts'
import { orderErrors } from './order-errors.ts'
import { readTargets } from './read-targets.ts'
import { RunReporter } from './run-reporter.ts'
import type { RunResult } from './run-result.ts'
import type { RunControl, RunSetup } from './run-setup.ts'
import { Settling } from './settling.ts'
import { limitFor, Slots } from './slots.ts'
import { Targets } from './targets.ts'
import { Turns } from './turns.ts'

/**
 * One run. Cells are asked for from the targets backwards (`Asking`), begin when what they read is settled
 * (`Beginning`), run as their resources allow (`Invoking`), and settle exactly once (`Settling`); a cell that settles may
 * grow an axis, which brings more cells into being.
 */
export class CellRunner<Services> implements RunControl {
  readonly #setup: RunSetup<Services>
  readonly #graph: CellGraph
  readonly #report: RunReporter
  readonly #ready = new CellQueue()
  readonly #slots = new Map<string, Slots>()
  readonly #cancelled = new CancelledCells()
  readonly #settling: Settling
  readonly #asking: Asking
  readonly #invoking: Invoking<Services>
  readonly #beginning: Beginning<Services>
  readonly #targets: Targets
  readonly #turns = new Turns(
    () => this.#step(),
    () => this.#rest(),
  )
  #stopping = false
  #refusal: RunError | undefined
  /** Set while the run is under way. */
  #end: ((result: RunResult) => void) | undefined

  constructor(setup: RunSetup<Services>) {
    const { plan, earlier, cellLimit } = setup
    this.#setup = setup
    const graph = new CellGraph(plan)
    const report = new RunReporter(setup.events, setup.artifacts)
    const resumption = earlier && new Resumption(earlier, plan)
    const ready = this.#ready
    const settling = new Settling(graph, report, { ready, resumption })
    const cancelled = this.#cancelled
    const asking = new Asking(graph, { report, settling, cancelled, cellLimit, control: this })
    const invoking = new Invoking(setup, { graph, report, settling, resumption, ready, control: this })
    this.#graph = graph
    this.#report = report
    this.#settling = settling
    this.#asking = asking
    this.#invoking = invoking
    this.#beginning = new Beginning(setup, { graph, asking, settling, invoking, resumption })
    this.#targets = new Targets(asking, plan)
    for (const node of plan.nodes) graph.nodes.push(this.#nodeState(node))
  }

  get stopping(): boolean {
    return this.#stopping
  }

  /** Runs everything; never rejects. */
  start(): Promise<RunResult> {
    return new Promise((resolve) => {
      this.#end = resolve
      this.#targets.begin(this.#setup.cellLimit, (error) => this.refuse(error))
      this.turn()
    })
  }

  /** Resolves when the results of what has run are in the cache. */
  kept(): Promise<void> {
    return this.#invoking.kept()
  }

  /** Stops the run: what runs is told to end, nothing else begins. */
  cancel(): void {
    if (this.#stopping) return
    this.#stopping = true
    const reason = new WoolgatherError('cancelled', 'The run was cancelled.')
    for (const cell of this.#invoking.running) {
      this.#invoking.abort(cell, reason)
      this.#asking.giveUp(cell)
    }
    this.turn()
  }

  /** Cancels the cells of `nodes` that are not settled, at all coordinates that agree with `at`. */
  cancelCells(nodes: ReadonlySet<number>, at: Coordinate): void {
    this.#cancelled.add(nodes, at)
    for (const index of nodes) {
      for (const cell of this.#graph.node(index).cells) {
        if (cell === undefined || cell.settled || !this.#cancelled.has(cell)) continue
        if (this.#invoking.abort(cell, cellCancelled(cell))) this.#asking.giveUp(cell)
        else if (cell.state !== 'idle') this.#settling.fail(cell, cellCancelled(cell))
      }
    }
    this.turn()
  }

  /** Tells the cells of `nodes` that are under way to end with what they have, at all coordinates that agree with `at`. */
  finishCells(nodes: ReadonlySet<number>, at: Coordinate): void {
    for (const cell of this.#invoking.running) {
      if (nodes.has(cell.owner.plan.index) && agrees(cell, at)) this.#invoking.finish(cell)
    }
  }

  refuse(error: RunError): void {
    this.#refusal = error
    this.cancel()
  }

  turn(): void {
    this.#turns.take()
  }

  #step(): boolean {
    if (this.#stopping) return false
    if (this.#asking.next()) return true
    const cell = this.#ready.shift()
    if (cell === undefined) return this.#invoking.passTurn()
    if (cell.state === 'ready') this.#beginning.begin(cell)
    return true
  }

  /** What waits is waited for; where nothing does, the run is over. */
  #rest(): void {
    this.#report.progress()
    // what nobody waits for any more is waited for too: a run that has ended tells nothing
    const end = this.#end
    if (end === undefined || !this.#invoking.idle) return
    this.#end = undefined
    if (!this.#targets.reached && !this.#stopping) {
      this.#refusal = {
        code: 'internal',
        message: 'The run stands still although cells are left; this is a bug.',
      }
    }
    end(this.#result())
  }

  #result(): RunResult {
    if (!this.#stopping) this.#report.unchosen(this.#graph)
    this.#report.progress(true)
    const errors = orderErrors(this.#settling.failed)
    if (this.#refusal !== undefined) {
      return { status: 'failed', outputs: {}, errors: [this.#refusal, ...errors] }
    }
    const graph = this.#graph
    const { walks } = this.#targets
    return {
      status: this.#status(),
      errors,
      get outputs() {
        return readTargets(graph, walks)
      },
    }
  }

  #status(): RunStatus {
    if (this.#stopping) return 'cancelled'
    if (this.#settling.failed.length === 0) return 'completed'
    return this.#targets.hasSome ? 'partial' : 'failed'
  }

  #nodeState(plan: PlanNode): NodeState {
    const definition = this.#setup.registry.definitions.get(plan.type) as NodeDefinition | undefined
    const lazy = plan.description.inputs.some((input) => input.lazy === true)
    return {
      plan,
      definition,
      space: this.#graph.space(plan.axes),
      cells: [],
      prepared: undefined,
      // a switch waits for others while it runs, and must not keep them from running
      slots: lazy || plan.zone !== undefined ? undefined : this.#slotsFor(definition?.resource ?? 'default'),
      ready: this.#ready,
      cacheable: plan.role === 'node' && !lazy && plan.description.impure !== true,
      visible: plan.role !== 'zone-init' && plan.role !== 'zone-step',
    }
  }

  #slotsFor(resource: string): Slots {
    const known = this.#slots.get(resource)
    if (known !== undefined) return known
    const slots = new Slots(limitFor(resource, this.#setup.concurrency))
    this.#slots.set(resource, slots)
    return slots
  }
}
