import {
  WoolgatherError,
  type Coordinate,
  type Json,
  type OutputValue,
  type Plan,
  type PlanAxis,
  type PlanLink,
  type PlanNode,
  type RunError,
  type RunStatus,
} from '@woolgather/workflow'
import type { ArtifactStore } from '../artifact-store.ts'
import type { CellCache, CellInputs } from '../cache/cell-cache.ts'
import { contentId, sha256 } from '../content.ts'
import type { NodeDefinition } from '../define-node.ts'
import type { EventStream } from '../event-stream.ts'
import type { Registry } from '../registry.ts'
import { toRunError, UpstreamError } from '../run-error.ts'
import { CellGraph } from './cell-graph.ts'
import type { Cell, NodeState, RunInputValues, Waiter } from './cell.ts'
import { explain } from './explain.ts'
import { gatherInputs, linkedIds } from './gather-inputs.ts'
import { labelledOf } from './labelled.ts'
import { outputsForEvent } from './outputs-for-event.ts'
import { prepareInputs, type PreparedInputs } from './prepare-inputs.ts'
import { runCell, type Outcome, type RunningCell } from './run-cell.ts'
import { limitFor, Slots, type Concurrency } from './slots.ts'
import { Walk, type WalkHost } from './walk.ts'
import { checkCells, tooMany } from './count-cells.ts'

export interface RunSetup<Services> {
  plan: Plan
  registry: Registry<Services>
  services: Services
  events: EventStream
  seeds: Readonly<Record<string, number>>
  concurrency: Concurrency | undefined
  artifacts: ArtifactStore | undefined
  cache: CellCache | undefined
  /** Keeps apart what cells of different workflows were last run with. */
  scope: string
  cellLimit: number
  graceMs: number
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
const progressMs = 250

/**
 * One run. Cells are asked for from the targets backwards, begin when what they read is settled, and settle exactly
 * once; a cell that settles may grow an axis, which brings more cells into being. Nothing recurses along the graph.
 */
export class CellRunner<Services> implements WalkHost, Waiter {
  readonly graph: CellGraph
  readonly #setup: RunSetup<Services>
  readonly #asked: Cell[] = []
  readonly #ready: Cell[] = []
  readonly #running = new Map<Cell, RunningCell>()
  readonly #slots = new Map<string, Slots>()
  readonly #cancelled: Cancelled[] = []
  readonly #errors: RunError[] = []
  readonly #targets: {
    walk: Walk
    path: string
    output: string | undefined
    sourceOutput: string
    spread: number | undefined
  }[] = []
  readonly #brokenAxes = new Set<string>()
  /** Nodes that wait for a lazy input, and how to wake them when that is not to come. */
  readonly #asking = new Map<Cell, Set<() => void>>()
  #head = 0
  #turning = false
  #stopping = false
  #refusal: RunError | undefined
  #openTargets = 1
  #known = 0
  #settledCells = 0
  #lastProgress = Date.now()
  #end: (outcome: RunOutcome) => void = () => undefined

  constructor(setup: RunSetup<Services>) {
    this.#setup = setup
    this.graph = new CellGraph(setup.plan)
    for (const plan of setup.plan.nodes) this.graph.nodes.push(this.#nodeState(plan))
  }

  /** Runs everything; never rejects. */
  start(): Promise<RunOutcome> {
    return new Promise((resolve) => {
      this.#end = resolve
      this.#settleStaticAxes()
    })
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
    if (cell.owner.visible) this.#known++
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
    for (const { node, ...target } of plan.targets) {
      let walk = walks.get(node)
      if (walk === undefined) {
        walk = new Walk(this, this.graph.node(node), nowhere, this)
        walks.set(node, walk)
        this.#openTargets++
      }
      this.#targets.push({ walk, ...target })
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
      if ('skipped' in idle) this.#skip(cell, idle.skipped)
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
      if (source.settled) return answer()
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
    this.#tellProgress()
    this.#endIfOver()
  }

  #step(): boolean {
    if (this.#stopping) return false
    const asked = this.#asked.pop()
    if (asked !== undefined) {
      this.#expand(asked)
      return true
    }
    if (this.#head === this.#ready.length) return false
    const cell = this.#ready[this.#head++] as Cell
    if (this.#head === this.#ready.length) {
      this.#ready.length = 0
      this.#head = 0
    }
    if (cell.state === 'ready') this.#begin(cell)
    return true
  }

  #endIfOver(): void {
    const busy = this.#running.size
    if (this.#stopping ? busy > 0 : this.#openTargets > 0 && busy > 0) return
    const end = this.#end
    this.#end = () => undefined
    if (this.#openTargets > 0 && !this.#stopping) {
      this.#refusal = {
        code: 'internal',
        message: 'The run stands still although cells are left; this is a bug.',
      }
    }
    end(this.#outcome())
  }

  #tellProgress(): void {
    const now = Date.now()
    if (now - this.#lastProgress < progressMs) return
    this.#lastProgress = now
    this.#setup.events.send({ type: 'run.progress', done: this.#settledCells, total: this.#known })
  }

  // ── beginning ───────────────────────────────────────────────────────────

  #begin(cell: Cell): void {
    const blocked = this.#blockedBy(cell)
    if (blocked !== undefined) return this.#skip(cell, whySkipped(blocked))
    try {
      const { owner } = cell
      if (owner.definition === undefined)
        throw new WoolgatherError('unknown-node-type', `\`${owner.plan.type}\` is not installed.`)
      if (cell.inputs !== undefined) this.#invoke(cell, cell.inputs)
      else if (owner.plan.zone !== undefined) this.#beginZone(cell)
      else this.#beginNode(cell, this.#prepared(owner))
    } catch (error) {
      this.#fail(cell, error)
    }
  }

  #prepared(owner: NodeState): PreparedInputs {
    const definition = owner.definition as NodeDefinition<never>
    owner.prepared ??= prepareInputs(owner.plan, definition, this.#setup.seeds[owner.plan.path])
    return owner.prepared
  }

  #blockedBy(cell: Cell): Cell | undefined {
    const { links, role, zone } = cell.owner.plan
    for (const link of links) {
      if (link.lazy || link.keeps !== undefined) continue
      const source = this.graph.cellBelow(cell, this.graph.node(link.source))
      if (source.state !== 'done') return source
    }
    if (role === 'zone-start' && zone !== undefined) {
      const source = this.graph.cellBelow(cell, this.graph.node(zone.init))
      if (source.state !== 'done') return source
    }
    if (role === 'zone-end') {
      const [walk] = cell.walks as [Walk]
      return walk.broken[0]?.cell ?? walk.cells.find((step) => step.state !== 'done')
    }
    return undefined
  }

  #beginNode(cell: Cell, prepared: PreparedInputs): void {
    const inputs = gatherInputs(cell, prepared, this.graph, this.#ask)
    if (this.#setup.cache === undefined || !cell.owner.cacheable) {
      this.#invoke(cell, inputs)
      return
    }
    const fingerprint = (cell.owner.definition as NodeDefinition<Services>).fingerprint?.(
      inputs as never,
      this.#setup.services,
    )
    if (!(fingerprint instanceof Promise)) {
      this.#useCache(cell, prepared, inputs, fingerprint)
      return
    }
    cell.state = 'running'
    this.#running.set(cell, { abort: (reason) => then(() => this.#fail(cell, reason)) })
    const then = (step: () => void): void => {
      if (!this.#running.delete(cell)) return
      try {
        step()
      } catch (error) {
        this.#fail(cell, error)
      }
      this.#turn()
    }
    fingerprint.then(
      (value) => then(() => this.#useCache(cell, prepared, inputs, value)),
      (error: unknown) => then(() => this.#fail(cell, error)),
    )
  }

  #useCache(
    cell: Cell,
    prepared: PreparedInputs,
    inputs: RunInputValues,
    fingerprint: Json | undefined,
  ): void {
    const { cache, scope } = this.#setup
    const { plan, space } = cell.owner
    const links = linkedIds(cell, prepared, inputs, this.graph)
    const print = fingerprint === undefined ? '' : contentId(fingerprint)
    const parts = [plan.type, plan.description.version, prepared.literalsId, print]
    for (const name in links) parts.push(name, links[name] as string)
    cell.key = sha256(parts.join('\0'))
    const kept = cache?.get(cell.key)
    if (kept !== undefined) {
      this.#finish(cell, kept, 'cached', 0)
      return
    }
    const name = `${scope}\0${plan.path}\0${space.indicesOf(cell.point).join(',')}`
    const now: CellInputs = {
      version: plan.description.version,
      literals: prepared.literals,
      links,
      fingerprint: print,
    }
    cell.reason = explain(cell.owner, cache?.lastInputs(name), now)
    cache?.rememberInputs(name, now)
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
    if (owner.slots !== undefined && !owner.slots.take(cell)) {
      cell.state = 'ready'
      cell.inputs = inputs
      return
    }
    cell.state = 'running'
    cell.inputs = undefined
    if (owner.visible) this.#tellStart(cell)
    const { services, events, seeds, graceMs } = this.#setup
    const literal = inputs['seed']
    const seed = typeof literal === 'number' ? literal : (seeds[plan.path] ?? 0)
    const definition = owner.definition as NodeDefinition<Services>
    let endedAtOnce = false
    const running = runCell(
      { cell, definition, inputs, services, events, seed, iteration, graceMs },
      (outcome) => {
        endedAtOnce = true
        this.#running.delete(cell)
        const next = owner.slots?.release()
        if (next !== undefined) this.#ready.push(next)
        this.#settleOutcome(cell, outcome, handedOn)
        this.#turn()
      },
    )
    if (!endedAtOnce) this.#running.set(cell, running)
  }

  #settleOutcome(cell: Cell, outcome: Outcome, handedOn: Readonly<Record<string, Json>>): void {
    switch (outcome.kind) {
      case 'done': {
        const outputs = { ...outcome.outputs, ...handedOn }
        if (cell.key !== undefined) this.#setup.cache?.set(cell.key, outputs)
        this.#finish(cell, outputs, 'finished', outcome.milliseconds)
        break
      }
      case 'failed':
        this.#fail(cell, outcome.thrown)
        break
      case 'skipped':
        this.#skip(cell, outcome.reason)
    }
  }

  // ── loops ───────────────────────────────────────────────────────────────

  #beginZone(cell: Cell): void {
    const { plan } = cell.owner
    const zone = plan.zone as NonNullable<PlanNode['zone']>
    switch (plan.role) {
      case 'zone-init':
        cell.inputs = gatherInputs(cell, this.#prepared(cell.owner), this.graph, this.#ask)
        this.#finish(cell, cell.inputs.dynamic, 'finished', 0)
        break
      case 'zone-start': {
        const init = this.graph.cellBelow(cell, this.graph.node(zone.init))
        const iteration = cell.owner.space.indexAlong(cell.point, zone.axis)
        const slots =
          iteration === 0 ? init.outputs : this.#stepBefore(cell, zone.axis, zone.step, iteration).outputs
        this.#invoke(cell, init.inputs as RunInputValues, iteration, slots)
        break
      }
      case 'zone-step': {
        cell.inputs = gatherInputs(cell, this.#prepared(cell.owner), this.graph, this.#ask)
        this.#finish(cell, cell.inputs.dynamic, 'finished', 0)
        break
      }
      default: {
        const [walk] = cell.walks as [Walk]
        const init = this.graph.cellBelow(cell, this.graph.node(zone.init))
        const slots = walk.cells.at(-1)?.outputs ?? init.outputs
        const prepared = this.#prepared(cell.owner)
        this.#invoke(cell, { ...prepared.fixed, dynamic: prepared.dynamic }, walk.cells.length, slots)
      }
    }
  }

  #stepBefore(cell: Cell, axis: number, step: number, iteration: number): Cell {
    const { space } = cell.owner
    const source = this.graph.node(step)
    const indices = space.indicesOf(cell.point)
    indices[space.axes.indexOf(axis)] = iteration - 1
    return this.graph.cellAt(source, source.space.pointAt(indices))
  }

  /** A loop goes on while nobody stops it and its maximum is not reached. */
  #growLoop(step: Cell): void {
    const zone = step.owner.plan.zone as NonNullable<PlanNode['zone']>
    const init = this.graph.cellBelow(step, this.graph.node(zone.init))
    const extent = this.graph.extent(zone.axis, init.point)
    const next = step.owner.space.indexAlong(step.point, zone.axis) + 1
    const goesOn = step.state === 'done' && step.inputs?.['stop'] !== true && next < maximumOf(init)
    if (goesOn) extent.grow(next + 1)
    else extent.close()
  }

  // ── settling ────────────────────────────────────────────────────────────

  #finish(
    cell: Cell,
    outputs: Readonly<Record<string, Json>>,
    how: 'finished' | 'cached',
    milliseconds: number,
  ): void {
    if (cell.settled) return
    if (cell.owner.visible && !this.#tellResult(cell, outputs, how, milliseconds)) return
    cell.outputs = outputs
    cell.inputs = cell.owner.plan.zone === undefined ? undefined : cell.inputs
    this.#settle(cell, 'done')
  }

  /** False where the outputs could not be kept for those who read the events: then the cell has failed. */
  #tellResult(
    cell: Cell,
    outputs: Readonly<Record<string, Json>>,
    how: 'finished' | 'cached',
    milliseconds: number,
  ): boolean {
    const { events, artifacts } = this.#setup
    let shown: Record<string, OutputValue>
    try {
      shown = outputsForEvent(outputs, artifacts)
    } catch (cause) {
      this.#fail(cell, new WoolgatherError('write-failed', 'The outputs could not be stored.', { cause }))
      return false
    }
    const base = { node: cell.owner.plan.path, at: cell.owner.space.at(cell.point), outputs: shown }
    if (how === 'cached')
      events.sendFor(cell, { type: 'cell.cached', ...base, reason: 'same inputs as before' })
    else
      events.sendFor(cell, {
        type: 'cell.finished',
        ...base,
        milliseconds: Math.round(milliseconds * 1000) / 1000,
      })
    return true
  }

  #fail(cell: Cell, thrown: unknown): void {
    if (cell.settled) return
    const { plan, space } = cell.owner
    const at = space.at(cell.point)
    const error = toRunError(thrown, { node: plan.path, at })
    cell.error = error
    this.#errors.push(error)
    this.#setup.events.sendFor(cell, { type: 'cell.failed', node: plan.path, at, error })
    this.#settle(cell, 'failed')
  }

  #skip(cell: Cell, reason: string): void {
    if (cell.settled) return
    cell.reason = reason
    const { plan, space, visible } = cell.owner
    if (visible)
      this.#setup.events.sendFor(cell, {
        type: 'cell.skipped',
        node: plan.path,
        at: space.at(cell.point),
        reason,
      })
    this.#settle(cell, 'skipped')
  }

  #settle(cell: Cell, state: 'done' | 'failed' | 'skipped'): void {
    cell.state = state
    if (cell.owner.visible) this.#settledCells++
    const { waiters } = cell
    cell.waiters = undefined
    this.#growAxes(cell)
    if (waiters !== undefined) for (const waiter of waiters) waiter.sourceSettled()
  }

  #growAxes(cell: Cell): void {
    const { plan } = cell.owner
    if (plan.role === 'zone-step') return this.#growLoop(cell)
    const axis = plan.role === 'zone-init' ? plan.zone?.axis : plan.makes
    if (axis === undefined) return
    const extent = this.graph.extent(axis, cell.point)
    if (cell.state !== 'done') {
      extent.close(cell)
      this.#skipOver(axis, cell)
    } else if (plan.role === 'zone-init') {
      if (maximumOf(cell) > 0) extent.grow(1)
      else extent.close()
    } else {
      extent.grow(lengthOf(cell))
      extent.close()
    }
  }

  /** Cells over an axis that never came to be: told once per node, at the coordinate at which it is missing. */
  #skipOver(axis: number, maker: Cell): void {
    const at = maker.owner.space.at(maker.point)
    const reason = whySkipped(maker)
    for (const node of this.graph.nodes) {
      if (!node.visible || node.plan.lazy || !node.plan.axes.includes(axis)) continue
      const told = `${node.plan.index}\0${JSON.stringify(at)}`
      if (this.#brokenAxes.has(told)) continue
      this.#brokenAxes.add(told)
      this.#setup.events.send({ type: 'cell.skipped', node: node.plan.path, at, reason })
    }
  }

  // ── ending ──────────────────────────────────────────────────────────────

  #refuse(error: RunError): void {
    this.#refusal = error
    this.cancel()
  }

  #isCancelled(cell: Cell): boolean {
    const at = cell.owner.space.at(cell.point)
    return this.#cancelled.some(
      (rule) =>
        rule.nodes.has(cell.owner.plan.index) &&
        Object.entries(rule.at).every(([axis, index]) => at[axis] === undefined || at[axis] === index),
    )
  }

  #outcome(): RunOutcome {
    this.#tellUnchosen()
    this.#lastProgress = 0
    this.#tellProgress()
    const outputs: Record<string, Record<string, Json>> = {}
    for (const { walk, path, output, sourceOutput, spread } of this.#targets) {
      if (output === undefined || this.#refusal !== undefined) continue
      const value = labelledOf(this.graph, walk, { output: sourceOutput, spread, item: undefined })
      const whole = value.axes.length > 0 ? (value as unknown as Json) : valueOf(value.cells[0])
      if (whole !== undefined) outputs[path] = { ...outputs[path], [output]: whole }
      else outputs[path] ??= {}
    }
    if (this.#refusal !== undefined)
      return { status: 'failed', outputs: {}, errors: [this.#refusal, ...this.#errors] }
    return { status: this.#status(), outputs, errors: this.#errors }
  }

  #status(): RunStatus {
    if (this.#stopping) return 'cancelled'
    if (this.#errors.length === 0) return 'completed'
    const something = this.#targets.some(({ walk }) => walk.cells.some((cell) => cell.state === 'done'))
    return something ? 'partial' : 'failed'
  }

  /** What only a switch could have asked for and none did. */
  #tellUnchosen(): void {
    if (this.#stopping) return
    for (const node of this.graph.nodes) {
      if (!node.plan.lazy || !node.visible) continue
      for (let point = 0; point < node.space.size; point++) {
        if ((node.cells[point]?.state ?? 'idle') !== 'idle') continue
        this.#setup.events.send({
          type: 'cell.skipped',
          node: node.plan.path,
          at: node.space.at(point),
          reason: 'not chosen',
        })
      }
    }
  }

  #tellStart(cell: Cell): void {
    const base = { node: cell.owner.plan.path, at: cell.owner.space.at(cell.point) }
    const { reason } = cell
    this.#setup.events.send(
      reason === undefined ? { type: 'cell.started', ...base } : { type: 'cell.started', ...base, reason },
    )
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

function maximumOf(init: Cell): number {
  const maximum = init.inputs?.['maximum']
  return typeof maximum === 'number' ? maximum : 0
}

function whySkipped(source: Cell): string {
  const { path } = source.owner.plan
  if (source.state === 'failed') return `\`${path}\` failed`
  return source.reason?.startsWith('`') === true
    ? source.reason
    : `\`${path}\` did not run: ${source.reason ?? 'not chosen'}`
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

function valueOf(cell: { value?: Json } | object | undefined): Json | undefined {
  return cell !== undefined && 'value' in cell ? cell.value : undefined
}
