import type { Plan, PlanAxis, PlanNode, PlanTarget, RunError } from '@woolgather/workflow'
import type { Waiter } from './cell.ts'
import { checkCells } from './count-cells.ts'
import { Walk, type WalkHost } from './walk.ts'

export interface TargetWalk {
  target: PlanTarget
  walk: Walk
}

/** What a run is asked for, and whether it is all there. */
export class Targets implements Waiter {
  readonly walks: TargetWalk[] = []
  readonly #host: WalkHost
  readonly #plan: Plan
  #open = 1

  constructor(host: WalkHost, plan: Plan) {
    this.#host = host
    this.#plan = plan
  }

  /** Whether every cell that is asked for is settled. */
  get reached(): boolean {
    return this.#open === 0
  }

  /**
   * Asks for everything. Axes whose length needs no other node come first, so that too large a run is refused before it
   * begins.
   */
  begin(cellLimit: number, refuse: (error: RunError) => void): void {
    const { graph } = this.#host
    const makers = this.#plan.axes
      .map((axis) => ({ axis, node: graph.node(axis.maker) }))
      .filter(({ axis, node }) => isStatic(axis, node.plan))
    let open = makers.length + 1
    const owner: Waiter = {
      sourceSettled: () => {
        if (--open > 0) return
        const refusal = checkCells(this.#plan, graph, cellLimit)
        if (refusal === undefined) this.#ask()
        else refuse(refusal)
      },
    }
    for (const { node } of makers) new Walk(this.#host, node, graph.space([]), owner).begin(0)
    owner.sourceSettled()
  }

  #ask(): void {
    const { graph } = this.#host
    const nowhere = graph.space([])
    const walks = new Map<number, Walk>()
    for (const target of this.#plan.targets) {
      let walk = walks.get(target.node)
      if (walk === undefined) {
        walk = new Walk(this.#host, graph.node(target.node), nowhere, this)
        walks.set(target.node, walk)
        this.#open++
      }
      this.walks.push({ target, walk })
    }
    for (const walk of walks.values()) walk.begin(0)
    for (const node of graph.nodes) if (isSkipped(node.plan)) this.#host.demand(graph.cellAt(node, 0))
    this.sourceSettled()
  }

  /** A target, or the asking for targets, is done. */
  sourceSettled(): void {
    this.#open--
  }

  /** Whether any cell that was asked for came to something. */
  get hasSome(): boolean {
    return this.walks.some(({ walk }) => walk.cells.some((cell) => cell.state === 'done'))
  }
}

/** Known beforehand not to run, though nothing is wrong with it: told of each, whoever reads it. */
function isSkipped({ idle }: PlanNode): boolean {
  return idle !== undefined && 'skipped' in idle
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
