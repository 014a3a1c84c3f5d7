import type { CellQueue } from './cell-queue.ts'
import type { Json, PlanNode, RunError, SkipCause } from '@woolgather/workflow'
import type { NodeDefinition } from '../nodes/define-node.ts'
import { contentId } from '../values/content.ts'
import type { Keep } from './consult-cache.ts'
import type { Why } from './explain.ts'
import type { PreparedInputs } from './prepare-inputs.ts'
import type { Slots } from './slots.ts'
import type { Space } from './space.ts'
import type { Walk } from './walk.ts'

/** Told when a cell it waits for is settled, however that turned out. */
export interface Waiter {
  sourceSettled(): void
}

/**
 * idle: nobody asked for it yet. waiting: what it reads is not settled. ready: in line. running.
 * Settled: done, failed (by itself), skipped (because of something else).
 */
export type CellState = 'idle' | 'waiting' | 'ready' | 'running' | 'done' | 'failed' | 'skipped'

/** Why a cell will not run: a sentence for people, the fact for programs. */
export interface Skip {
  reason: string
  because: SkipCause
  /** Instance path of the node at fault, which the sentence names; undefined where the cell itself is. */
  node: string | undefined
}

export type RunInputValues = Record<string, unknown> & { dynamic: Record<string, Json> }

/** A plan node in a run: its definition, and its cells by the number of their point. */
export interface NodeState<Services = unknown> {
  plan: PlanNode
  definition: NodeDefinition<Services> | undefined
  space: Space
  cells: (Cell | undefined)[]
  /** Literals parsed, links grouped by input; made when the first cell begins. */
  prepared: PreparedInputs | undefined
  slots: Slots | undefined
  /** Cells in line: shared by all nodes of the run. */
  ready: CellQueue
  /** Whether results may come from and go to the cache. */
  cacheable: boolean
  /** Its events are told: the inner halves of a loop's ends are not. */
  visible: boolean
}

/** One node at one coordinate: the unit of work, of caching and of failure. */
export class Cell implements Waiter {
  readonly owner: NodeState
  readonly point: number
  state: CellState = 'idle'
  /** How many sources are not settled yet. */
  pending = 0
  waiters: Waiter[] | undefined
  /** What its collecting inputs gather, by the number of the link. */
  walks: Walk[] | undefined
  inputs: RunInputValues | undefined
  outputs: Readonly<Record<string, Json>> | undefined
  error: RunError | undefined
  /** Why it was not taken from the cache. */
  runsBecause: Why | undefined
  skip: Skip | undefined
  /** Keeps its result for another time. */
  keep: Keep | undefined
  /** Its own, where what it uses is noted. */
  services: unknown
  /** Most cells are read by one output only; a map for each would be most of what a run allocates. */
  #firstId: { output: string; id: string } | undefined
  #ids: Map<string, string> | undefined

  constructor(owner: NodeState, point: number) {
    this.owner = owner
    this.point = point
  }

  get settled(): boolean {
    return this.state === 'done' || this.state === 'failed' || this.state === 'skipped'
  }

  sourceSettled(): void {
    this.pending--
    if (this.pending === 0 && this.state === 'waiting') {
      this.state = 'ready'
      this.owner.ready.push(this)
    }
  }

  /** Content id of an output, or of one item of an output that is spread along an axis. */
  idOf(output: string, item: number | undefined): string {
    if (item === undefined && output === this.#firstId?.output) return this.#firstId.id
    const name = item === undefined ? output : `${output}\n${item}`
    const known = this.#ids?.get(name)
    if (known !== undefined) return known
    const id = contentId(this.value(output, item) ?? null)
    if (item === undefined && this.#firstId === undefined) this.#firstId = { output, id }
    else {
      this.#ids ??= new Map()
      this.#ids.set(name, id)
    }
    return id
  }

  /** The items of its outputs along the axis it makes. */
  spreadValues(): Json[] {
    const declared = this.owner.plan.description.outputs.find(({ spreads }) => spreads === true)?.name
    const value = this.value(declared ?? Object.keys(this.outputs ?? {})[0] ?? '', undefined)
    return Array.isArray(value) ? value : []
  }

  value(output: string, item: number | undefined): Json | undefined {
    const value =
      this.outputs !== undefined && Object.hasOwn(this.outputs, output) ? this.outputs[output] : undefined
    if (item === undefined) return value
    return Array.isArray(value) ? value[item] : undefined
  }
}
