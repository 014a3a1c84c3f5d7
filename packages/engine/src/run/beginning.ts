import { WoolgatherError } from '@woolgather/workflow'
import type { NodeDefinition } from '../nodes/define-node.ts'
import type { Asking } from './asking.ts'
import { blockedBy, whySkipped } from './blocked-by.ts'
import { isChosen } from './cell-choices.ts'
import type { CellGraph } from './cell-graph.ts'
import type { Cell, NodeState, RunInputValues } from './cell.ts'
import { consultCache, type Found } from './consult-cache.ts'
import type { Resumption } from './earlier-attempt.ts'
import { gatherInputs } from './gather-inputs.ts'
import type { Invoking } from './invoking.ts'
import { initOf, slotsAtEnd, slotsAtStart } from './loop.ts'
import { prepareInputs, type PreparedInputs } from './prepare-inputs.ts'
import type { RunSetup } from './run-setup.ts'
import type { Settling } from './settling.ts'

interface BeginningParts<Services> {
  graph: CellGraph
  asking: Asking
  settling: Settling
  invoking: Invoking<Services>
  resumption: Resumption | undefined
}

/** Begins cells whose sources are settled: they have ended before, or are in the cache, or run. */
export class Beginning<Services> {
  readonly #setup: RunSetup<Services>
  readonly #parts: BeginningParts<Services>

  constructor(setup: RunSetup<Services>, parts: BeginningParts<Services>) {
    this.#setup = setup
    this.#parts = parts
  }

  begin(cell: Cell): void {
    const { graph, settling } = this.#parts
    const blocked = blockedBy(graph, cell)
    if (blocked !== undefined) return settling.skip(cell, whySkipped(blocked))
    try {
      this.#go(cell)
    } catch (error) {
      settling.fail(cell, error)
    }
  }

  #go(cell: Cell): void {
    const { settling, invoking, resumption } = this.#parts
    const { owner } = cell
    if (owner.definition === undefined)
      throw new WoolgatherError('unknown-node-type', `\`${owner.plan.type}\` is not installed.`)
    // it has begun before, and stood in line
    if (cell.inputs !== undefined) return invoking.invoke(cell, cell.inputs)
    if (owner.plan.zone !== undefined) return this.#beginZone(cell)
    const earlier = resumption?.find(cell)
    if (earlier !== undefined) return settling.restore(cell, earlier)
    this.#beginNode(cell, this.#prepared(owner))
  }

  #prepared(owner: NodeState): PreparedInputs {
    const definition = owner.definition as NodeDefinition<never>
    owner.prepared ??= prepareInputs(owner.plan, definition, this.#setup.seeds[owner.plan.path])
    return owner.prepared
  }

  #beginNode(cell: Cell, prepared: PreparedInputs): void {
    const { graph, asking, invoking } = this.#parts
    const { cache } = this.#setup
    const inputs = gatherInputs(cell, prepared, graph, asking.ask)
    if (cache === undefined || !cell.owner.cacheable) {
      if (cache !== undefined && cell.owner.plan.description.impure === true)
        cell.runsBecause = { reason: 'may change each time' }
      return invoking.invoke(cell, inputs)
    }
    const found = this.#consult(cell, prepared, inputs)
    if (found instanceof Promise) invoking.waitFor(cell, found, (value) => this.#use(cell, inputs, value))
    else this.#use(cell, inputs, found)
  }

  #consult(cell: Cell, prepared: PreparedInputs, inputs: RunInputValues): Found | Promise<Found> {
    const { cache, scope, code, services, forCell, fresh } = this.#setup
    const definition = cell.owner.definition as NodeDefinition<Services>
    const own = definition.fingerprint === undefined ? undefined : forCell?.()
    cell.services = own?.services
    return consultCache(
      { cache: cache as NonNullable<typeof cache>, graph: this.#parts.graph, scope, code },
      { cell, definition, prepared, inputs, services, own, fresh: isChosen(cell, fresh) },
    )
  }

  #use(cell: Cell, inputs: RunInputValues, found: Found): void {
    const { settling, invoking } = this.#parts
    if (found.kept !== undefined) return settling.finish(cell, found.kept, 'cached')
    cell.keep = found.keep
    cell.runsBecause = found.why
    invoking.invoke(cell, inputs)
  }

  #beginZone(cell: Cell): void {
    const { graph, asking, settling, invoking } = this.#parts
    const prepared = this.#prepared(cell.owner)
    switch (cell.owner.plan.role) {
      case 'zone-start':
        return invoking.invoke(cell, initOf(graph, cell).inputs as RunInputValues, slotsAtStart(graph, cell))
      case 'zone-end':
        return invoking.invoke(
          cell,
          { ...prepared.fixed, dynamic: prepared.dynamic },
          slotsAtEnd(graph, cell),
        )
      default:
        // what goes into a loop, and what an iteration leaves, is only looked at
        cell.inputs = gatherInputs(cell, prepared, graph, asking.ask)
        settling.finish(cell, cell.inputs.dynamic, { milliseconds: 0 })
    }
  }
}
