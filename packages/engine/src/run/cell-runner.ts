import {
  WoolgatherError,
  type CellChoice,
  type Coordinate,
  type Json,
  type Plan,
  type PlanAxis,
  type PlanLink,
  type PlanNode,
  type RunError,
  type RunStatus,
  type Workflow,
} from '@woolgather/workflow'
import type { ArtifactStore } from '../artifact-store.ts'
import type { CellCache } from '../cache/cell-cache.ts'
import type { NodeDefinition } from '../define-node.ts'
import type { EventStream } from '../event-stream.ts'
import type { Registry } from '../registry.ts'
import { toRunError, UpstreamError } from '../run-error.ts'
import { blockedBy, whySkipped } from './blocked-by.ts'
import { CellGraph } from './cell-graph.ts'
import { CellQueue } from './cell-queue.ts'
import type { Cell, NodeState, RunInputValues, Skip, Waiter } from './cell.ts'
import { consultCache, type Found } from './consult-cache.ts'
import type { CellServices } from './cell-services.ts'
import { checkCells, tooMany } from './count-cells.ts'
import { Resumption, type EarlierAttempt, type SettledCell } from './earlier-attempt.ts'
import type { Extent } from './extent.ts'
import { gatherInputs } from './gather-inputs.ts'
import { Holdings, type Holding } from './holdings.ts'
import { beginLoop, endLoop, growLoop, initOf, slotsAtEnd, slotsAtStart } from './loop.ts'
import { orderErrors } from './order-errors.ts'
import { prepareInputs, type PreparedInputs } from './prepare-inputs.ts'
import { readTargets, type TargetWalk } from './read-targets.ts'
import { runCell, type Outcome, type RunningCell } from './run-cell.ts'
import { RunReporter } from './run-reporter.ts'
import { limitFor, Slots, type Concurrency } from './slots.ts'
import { Walk, type WalkHost } from './walk.ts'

export interface RunSetup<Services> {
  plan: Plan
  registry: Registry<Services>
  services: Services
  forCell: (() => CellServices<Services>) | undefined
  onHold: ((holding: Holding) => void) | undefined
  /** As nodes are shown it. */
  workflow: Workflow
  events: EventStream
  seeds: Readonly<Record<string, number>>
  concurrency: Concurrency | undefined
  artifacts: ArtifactStore | undefined
  cache: CellCache | undefined
  /** Names the code that computes, besides that of packages of nodes. */
  code: string | undefined
  /** Keeps apart what cells of different workflows were last run with. */
  scope: string
  cellLimit: number
  graceMs: number
  earlier: EarlierAttempt | undefined
  /** Cells to run whatever the cache holds. */
  fresh: readonly CellChoice[]
}

export interface RunOutcome {
  status: RunStatus
  outputs: Record<string, Record<string, Json>>
  errors: RunError[]
}

/** Which cells were cancelled while they, or what they need, still had to run. */
interface Cancelled {
  nodes: ReadonlySet<number>
  at: Coordinate
}

/** Milliseconds of uninterrupted work after which others get a turn. */
const turnMs = 10

/**
 * One run. Cells are asked for from the targets backwards, begin when what they read is settled, and settle exactly
 * once; a cell that settles may grow an axis, which brings more cells into being. Nothing recurses along the graph.
 */
export class CellRunner<Services> implements WalkHost, Waiter {
  readonly graph: CellGraph
  readonly #setup: RunSetup<Services>
  readonly #report: RunReporter
  readonly #resumption: Resumption | undefined
  readonly #asked = new CellQueue()
  readonly #ready = new CellQueue()
  readonly #running = new Map<Cell, RunningCell>()
  readonly #slots = new Map<string, Slots>()
  readonly #holdings: Holdings
  /** Cells that will hold something, and still look for a kept result. */
  #looking = 0
  readonly #keeping = new Set<Promise<void>>()
  readonly #cancelled: Cancelled[] = []
  readonly #failed: Cell[] = []
  readonly #targets: TargetWalk[] = []
  /** Nodes that wait for a lazy input, and how to wake them when that is not to come. */
  readonly #asking = new Map<Cell, Set<() => void>>()
  #turning = false
  #stopping = false
  #refusal: RunError | undefined
  #openTargets = 1
  /** Set while the run is under way. */
  #end: ((outcome: RunOutcome) => void) | undefined

  constructor(setup: RunSetup<Services>) {
    this.#setup = setup
    this.#report = new RunReporter(setup.events, setup.artifacts)
    this.#resumption = setup.earlier && new Resumption(setup.earlier, setup.plan)
    this.graph = new CellGraph(setup.plan)
    this.#holdings = new Holdings(setup.onHold ?? (() => undefined))
    for (const plan of setup.plan.nodes) this.graph.nodes.push(this.#nodeState(plan))
  }

  /** Runs everything; never rejects. */
  start(): Promise<RunOutcome> {
    return new Promise((resolve) => {
      this.#end = resolve
      this.#settleStaticAxes()
    })
  }

  /** Resolves when the results of what has run are in the cache. */
  async kept(): Promise<void> {
    while (this.#keeping.size > 0) await Promise.all(this.#keeping)
  }

  /** Stops the run: what runs is told to end, nothing else begins. */
  cancel(): void {
    if (this.#stopping) return
    this.#stopping = true
    const reason = new WoolgatherError('cancelled', 'The run was cancelled.')
    for (const cell of [...this.#running.keys()]) this.#abort(cell, reason)
    this.#turn()
  }

  /** Cancels the cells of `nodes` that are not settled, at all coordinates that agree with `at`. */
  cancelCells(nodes: ReadonlySet<number>, at: Coordinate): void {
    const rule = { nodes, at }
    this.#cancelled.push(rule)
    for (const index of nodes) {
      for (const cell of this.graph.node(index).cells) {
        if (cell === undefined || cell.settled || !this.#isCancelled(cell)) continue
        if (this.#running.has(cell)) this.#abort(cell, cellCancelled(cell))
        else if (cell.state !== 'idle') this.#fail(cell, cellCancelled(cell))
      }
    }
    this.#turn()
  }

  #abort(cell: Cell, reason: unknown): void {
    this.#running.get(cell)?.abort(reason)
    for (const wake of [...(this.#asking.get(cell) ?? [])]) wake()
  }

  // ── asking ──────────────────────────────────────────────────────────────

  demand(cell: Cell): void {
    if (cell.state !== 'idle') return
    cell.state = 'waiting'
    this.#report.asked(cell)
    this.#asked.push(cell)
  }

  found(walk: Walk): void {
    // loops have a maximum of their own
    if (walk.loops || this.#refusal !== undefined) return
    if (walk.cells.length > this.#setup.cellLimit) {
      this.#refuse(tooMany(walk.source.plan.path, walk.cells.length, this.#setup.cellLimit))
    }
  }

  /** Axes whose length needs no other node come first, so that too large a run is refused before it begins. */
  #settleStaticAxes(): void {
    const makers = this.graph.axes.filter((axis) => isStatic(axis, this.graph.node(axis.maker).plan))
    const owner: Waiter = { sourceSettled: () => this.#refuseOrBegin() }
    let open = makers.length + 1
    const one: Waiter = { sourceSettled: () => (--open === 0 ? owner.sourceSettled() : undefined) }
    for (const axis of makers) new Walk(this, this.graph.node(axis.maker), this.graph.space([]), one).begin(0)
    one.sourceSettled()
    this.#turn()
  }

  #refuseOrBegin(): void {
    const { plan, cellLimit } = this.#setup
    const refusal = checkCells(plan, this.graph, cellLimit)
    if (refusal !== undefined) return this.#refuse(refusal)
    const nowhere = this.graph.space([])
    const walks = new Map<number, Walk>()
    for (const target of plan.targets) {
      let walk = walks.get(target.node)
      if (walk === undefined) {
        walk = new Walk(this, this.graph.node(target.node), nowhere, this)
        walks.set(target.node, walk)
        this.#openTargets++
      }
      this.#targets.push({ target, walk })
    }
    for (const walk of walks.values()) walk.begin(0)
    this.sourceSettled()
  }

  /** A target, or the asking for targets, is done. */
  sourceSettled(): void {
    this.#openTargets--
  }

  #expand(cell: Cell): void {
    if (cell.settled) return
    const { owner } = cell
    const { idle, role, zone } = owner.plan
    if (idle !== undefined) {
      if ('skipped' in idle) this.#skip(cell, { reason: idle.skipped, because: 'muted', namesNode: false })
      else this.#fail(cell, new WoolgatherError(idle.issue.code, idle.issue.message, optionsOf(idle.issue)))
      return
    }
    if (this.#cancelled.length > 0 && this.#isCancelled(cell)) return this.#fail(cell, cellCancelled(cell))
    cell.pending = 1
    if (role === 'zone-start' && zone !== undefined)
      this.#awaitSource(cell, this.graph.cellBelow(cell, this.graph.node(zone.init)))
    if (role === 'zone-end' && zone !== undefined)
      cell.walks = [this.#walk(cell, this.graph.node(zone.step), owner.plan.axes)]
    const { links } = owner.plan
    for (let i = 0; i < links.length; i++) {
      const link = links[i] as PlanLink
      if (link.lazy) continue
      const source = this.graph.node(link.source)
      if (link.keeps === undefined) this.#awaitSource(cell, this.graph.cellBelow(cell, source))
      else {
        cell.walks ??= []
        cell.walks[i] = this.#walk(cell, source, link.keeps)
      }
    }
    cell.sourceSettled()
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
  readonly #ask = (cell: Cell, link: PlanLink): Promise<Json> => {
    const source = this.graph.cellBelow(cell, this.graph.node(link.source))
    const item = link.spread === undefined ? undefined : cell.owner.space.indexAlong(cell.point, link.spread)
    return new Promise((resolve, reject) => {
      const wakers = this.#asking.get(cell) ?? new Set()
      this.#asking.set(cell, wakers)
      const answer = (): void => {
        wakers.delete(answer)
        const value = source.value(link.output, item)
        if (source.state === 'done' && value !== undefined) resolve(value)
        else reject(new UpstreamError(whySkipped(source)))
      }
      wakers.add(answer)
      if (source.settled || this.#stopping || cell.settled) return answer()
      source.waiters ??= []
      source.waiters.push({ sourceSettled: answer })
      this.demand(source)
      this.#turn()
    })
  }

  // ── taking turns ────────────────────────────────────────────────────────

  /** Works until nothing is left to do without waiting, letting others in between. */
  #turn(): void {
    if (this.#turning) return
    this.#turning = true
    const until = performance.now() + turnMs
    while (this.#step()) {
      if (performance.now() > until) {
        setImmediate(() => {
          this.#turning = false
          this.#turn()
        })
        return
      }
    }
    this.#turning = false
    this.#report.progress()
    this.#endIfOver()
  }

  #step(): boolean {
    if (this.#stopping) return false
    const asked = this.#asked.shift()
    if (asked !== undefined) {
      this.#expand(asked)
      return true
    }
    const cell = this.#ready.shift()
    if (cell === undefined) return this.#passTurn()
    if (cell.state === 'ready') this.#begin(cell)
    return true
  }

  /** Lets others hold what they need, when nothing else is left to do. @returns whether there are any */
  #passTurn(): boolean {
    if (this.#looking > 0) return false
    const next = this.#holdings.next((cell) => this.#loopsOf(cell))
    for (const cell of next) this.#ready.push(cell)
    return next.length > 0
  }

  #loopsOf({ owner, point }: Cell): Extent[] {
    return owner.plan.axes.flatMap((index) => {
      const axis = this.graph.axes[index] as PlanAxis
      if (axis.kind !== 'iteration') return []
      return [this.graph.extent(index, owner.space.project(point, this.graph.space(axis.within)))]
    })
  }

  #endIfOver(): void {
    // what nobody waits for any more is waited for too: a run that has ended tells nothing
    const end = this.#end
    if (end === undefined || this.#running.size > 0) return
    this.#end = undefined
    if (this.#openTargets > 0 && !this.#stopping) {
      this.#refusal = {
        code: 'internal',
        message: 'The run stands still although cells are left; this is a bug.',
      }
    }
    end(this.#outcome())
  }

  // ── beginning ───────────────────────────────────────────────────────────

  #begin(cell: Cell): void {
    const blocked = blockedBy(this.graph, cell)
    if (blocked !== undefined) return this.#skip(cell, whySkipped(blocked))
    try {
      const { owner } = cell
      if (owner.definition === undefined)
        throw new WoolgatherError('unknown-node-type', `\`${owner.plan.type}\` is not installed.`)
      if (cell.inputs !== undefined) return this.#invoke(cell, cell.inputs)
      const earlier = owner.plan.zone === undefined ? this.#resumption?.find(cell) : undefined
      if (earlier !== undefined) this.#restore(cell, earlier)
      else if (owner.plan.zone !== undefined) this.#beginZone(cell)
      else this.#beginNode(cell, this.#prepared(owner))
    } catch (error) {
      this.#fail(cell, error)
    }
  }

  /** Settles a cell as an earlier attempt did, of which everybody was told then. */
  #restore(cell: Cell, earlier: SettledCell): void {
    this.#report.restored()
    if ('outputs' in earlier) {
      cell.outputs = earlier.outputs
      return this.#settle(cell, 'done')
    }
    cell.error = earlier.error
    this.#failed.push(cell)
    this.#settle(cell, 'failed')
  }

  #prepared(owner: NodeState): PreparedInputs {
    const definition = owner.definition as NodeDefinition<never>
    owner.prepared ??= prepareInputs(owner.plan, definition, this.#setup.seeds[owner.plan.path])
    return owner.prepared
  }

  #beginNode(cell: Cell, prepared: PreparedInputs): void {
    const inputs = gatherInputs(cell, prepared, this.graph, this.#ask)
    if (this.#setup.cache === undefined || !cell.owner.cacheable) {
      if (this.#setup.cache !== undefined && cell.owner.plan.description.impure === true)
        cell.reason = 'may change each time'
      this.#invoke(cell, inputs)
      return
    }
    const found = this.#consult(cell, prepared, inputs)
    if (!(found instanceof Promise)) {
      this.#useCache(cell, inputs, found)
      return
    }
    const holds = cell.owner.definition?.holds !== undefined
    cell.state = 'running'
    if (holds) this.#looking++
    this.#running.set(cell, { abort: (reason) => then(() => this.#fail(cell, reason)) })
    const then = (step: () => void): void => {
      if (!this.#running.delete(cell)) return
      if (holds) this.#looking--
      try {
        step()
      } catch (error) {
        this.#fail(cell, error)
      }
      this.#turn()
    }
    found.then(
      (value) => then(() => this.#useCache(cell, inputs, value)),
      (error: unknown) => then(() => this.#fail(cell, error)),
    )
  }

  #consult(cell: Cell, prepared: PreparedInputs, inputs: RunInputValues): Found | Promise<Found> {
    const { cache, scope, code, services, forCell } = this.#setup
    const definition = cell.owner.definition as NodeDefinition<Services>
    const own = definition.fingerprint === undefined ? undefined : forCell?.()
    cell.services = own?.services
    return consultCache(
      cache as CellCache,
      this.graph,
      { scope, code },
      {
        cell,
        definition,
        prepared,
        inputs,
        services,
        own,
        fresh: this.#isFresh(cell),
      },
    )
  }

  #useCache(cell: Cell, inputs: RunInputValues, found: Found): void {
    if (found.kept !== undefined) return this.#finish(cell, found.kept, 'cached')
    cell.keep = found.keep
    cell.reason = found.reason
    this.#invoke(cell, inputs)
  }

  #invoke(
    cell: Cell,
    inputs: RunInputValues,
    iteration = 0,
    handedOn: Readonly<Record<string, Json>> = {},
  ): void {
    const { owner } = cell
    const { plan } = owner
    const { slots } = owner
    const definition = owner.definition as NodeDefinition<Services>
    // what waits for others while it runs takes no turns: it would keep them from having theirs
    const held = slots === undefined ? [] : (definition.holds?.(inputs as never) ?? [])
    const names = held.length === 0 ? undefined : held
    const waits =
      slots !== undefined && !(this.#mayHold(cell, names) && this.#mayRun(cell) && slots.take(cell))
    if (waits) {
      cell.state = 'ready'
      cell.inputs = inputs
      return
    }
    cell.state = 'running'
    cell.inputs = undefined
    if (names !== undefined) this.#holdings.began(names, this.#loopsOf(cell))
    this.#report.started(cell)
    const { services, workflow, events, seeds, graceMs } = this.#setup
    const literal = inputs['seed']
    const seed = typeof literal === 'number' ? literal : (seeds[plan.path] ?? 0)
    const own = (cell.services as Services | undefined) ?? services
    let endedAtOnce = false
    const running = runCell(
      { cell, definition, inputs, services: own, workflow, events, seed, iteration, graceMs },
      (outcome) => {
        endedAtOnce = true
        this.#running.delete(cell)
        if (names !== undefined) this.#holdings.ended()
        const next = owner.slots?.release()
        if (next !== undefined) this.#ready.push(next)
        this.#settleOutcome(cell, outcome, handedOn)
        this.#turn()
      },
    )
    if (!endedAtOnce) this.#running.set(cell, running)
  }

  #mayHold(cell: Cell, names: readonly string[] | undefined): boolean {
    return names === undefined || this.#holdings.take(cell, names)
  }

  #mayRun(cell: Cell): boolean {
    return this.#resumption === undefined || this.#resumption.take(cell)
  }

  #settleOutcome(cell: Cell, outcome: Outcome, handedOn: Readonly<Record<string, Json>>): void {
    switch (outcome.kind) {
      case 'done': {
        const outputs = { ...outcome.outputs, ...handedOn }
        this.#keep(cell, outputs)
        this.#finish(cell, outputs, outcome)
        break
      }
      case 'failed':
        this.#fail(cell, outcome.thrown)
        break
      case 'skipped':
        this.#skip(cell, outcome.skip)
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

  // ── loops ───────────────────────────────────────────────────────────────

  #beginZone(cell: Cell): void {
    const prepared = this.#prepared(cell.owner)
    switch (cell.owner.plan.role) {
      case 'zone-start': {
        const { slots, iteration } = slotsAtStart(this.graph, cell)
        this.#invoke(cell, initOf(this.graph, cell).inputs as RunInputValues, iteration, slots)
        break
      }
      case 'zone-end': {
        const { slots, iterations } = slotsAtEnd(this.graph, cell)
        this.#invoke(cell, { ...prepared.fixed, dynamic: prepared.dynamic }, iterations, slots)
        break
      }
      default:
        // what goes into a loop, and what an iteration leaves, is only looked at
        cell.inputs = gatherInputs(cell, prepared, this.graph, this.#ask)
        this.#finish(cell, cell.inputs.dynamic, { milliseconds: 0 })
    }
  }

  // ── settling ────────────────────────────────────────────────────────────

  #finish(
    cell: Cell,
    outputs: Readonly<Record<string, Json>>,
    how: { milliseconds: number } | 'cached',
  ): void {
    if (cell.settled) return
    try {
      this.#report.done(cell, outputs, how)
    } catch (error) {
      return this.#fail(cell, error)
    }
    cell.outputs = outputs
    // the start and the end of a loop look at them again
    if (cell.owner.plan.zone === undefined) cell.inputs = undefined
    this.#settle(cell, 'done')
  }

  #fail(cell: Cell, thrown: unknown): void {
    if (cell.settled) return
    const { plan, space } = cell.owner
    cell.error = toRunError(thrown, { node: plan.path, at: space.at(cell.point) })
    this.#failed.push(cell)
    this.#report.failed(cell, cell.error)
    this.#settle(cell, 'failed')
  }

  #skip(cell: Cell, skip: Skip): void {
    if (cell.settled) return
    cell.skip = skip
    this.#report.skipped(cell, skip)
    this.#settle(cell, 'skipped')
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
    if (plan.role === 'zone-step') return growLoop(this.graph, cell)
    if (plan.role === 'zone-end') return endLoop(this.graph, cell)
    const axis = plan.role === 'zone-init' ? plan.zone?.axis : plan.makes
    if (axis === undefined) return
    const extent = this.graph.extent(axis, cell.point)
    if (cell.state !== 'done') {
      extent.close(cell)
      this.#report.missingAxis(this.graph, axis, cell, whySkipped(cell))
    } else if (plan.role === 'zone-init') beginLoop(this.graph, cell)
    else {
      extent.grow(lengthOf(cell))
      extent.close()
    }
  }

  // ── ending ──────────────────────────────────────────────────────────────

  #refuse(error: RunError): void {
    this.#refusal = error
    this.cancel()
  }

  #isCancelled(cell: Cell): boolean {
    return this.#cancelled.some(({ nodes, at }) => nodes.has(cell.owner.plan.index) && agrees(cell, at))
  }

  #isFresh(cell: Cell): boolean {
    return this.#setup.fresh.some(({ node, at }) => node === cell.owner.plan.path && agrees(cell, at))
  }

  #outcome(): RunOutcome {
    if (!this.#stopping) this.#report.unchosen(this.graph)
    this.#report.progress(true)
    const errors = orderErrors(this.#failed)
    if (this.#refusal !== undefined) {
      return { status: 'failed', outputs: {}, errors: [this.#refusal, ...errors] }
    }
    return { status: this.#status(), outputs: readTargets(this.graph, this.#targets), errors }
  }

  #status(): RunStatus {
    if (this.#stopping) return 'cancelled'
    if (this.#failed.length === 0) return 'completed'
    const something = this.#targets.some(({ walk }) => walk.cells.some((cell) => cell.state === 'done'))
    return something ? 'partial' : 'failed'
  }

  #nodeState(plan: PlanNode): NodeState {
    const definition = this.#setup.registry.definitions.get(plan.type) as NodeDefinition | undefined
    const lazy = plan.description.inputs.some((input) => input.lazy === true)
    return {
      plan,
      definition,
      space: this.graph.space(plan.axes),
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

function isStatic(axis: PlanAxis, maker: PlanNode): boolean {
  return (
    axis.kind === 'list' &&
    maker.links.length === 0 &&
    maker.axes.length === 0 &&
    maker.idle === undefined &&
    !maker.lazy
  )
}

function lengthOf(cell: Cell): number {
  const output = cell.owner.plan.description.outputs.find(({ spreads }) => spreads === true)?.name
  const value = cell.value(output ?? Object.keys(cell.outputs ?? {})[0] ?? '', undefined)
  return Array.isArray(value) ? value.length : 0
}

function cellCancelled(cell: Cell): WoolgatherError {
  return new WoolgatherError('cancelled', `\`${cell.owner.plan.path}\` was cancelled.`)
}

function optionsOf(issue: { input?: string; hint?: string }): { input?: string; hint?: string } {
  const options: { input?: string; hint?: string } = {}
  if (issue.input !== undefined) options.input = issue.input
  if (issue.hint !== undefined) options.hint = issue.hint
  return options
}

/** Whether a cell stands where a coordinate says, which may leave axes open. */
function agrees(cell: Cell, wanted: Coordinate): boolean {
  const at = cell.owner.space.at(cell.point)
  return Object.entries(wanted).every(([axis, index]) => at[axis] === undefined || at[axis] === index)
}
