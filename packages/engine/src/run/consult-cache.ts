import { typeProblem, type Json, type PlanNode } from '@woolgather/workflow'
import type { CachedOutputs, CellCache, CellInputs } from '../cache/cell-cache.ts'
import { canonicalJson, contentId, sha256 } from '../values/content.ts'
import type { NodeDefinition } from '../nodes/define-node.ts'
import type { CellGraph } from './cell-graph.ts'
import type { CellServices } from './cell-services.ts'
import type { Cell, RunInputValues } from './cell.ts'
import { explain, type Why } from './explain.ts'
import { linkedIds } from './gather-inputs.ts'
import type { PreparedInputs } from './prepare-inputs.ts'

/** What is looked at for every cell of a run alike. */
export interface Shelf {
  cache: CellCache
  graph: CellGraph
  /** Keeps apart what cells of different workflows were last run with. */
  scope: string
  code: string | undefined
}

export interface Consulted<Services> {
  cell: Cell
  definition: NodeDefinition<Services>
  prepared: PreparedInputs
  inputs: RunInputValues
  services: Services
  own: CellServices<Services> | undefined
  /** Whether it is to run whatever the cache holds. */
  fresh: boolean
}

/** The kept result of a cell, or why it has to run and how its result is kept. */
export type Found = { kept: CachedOutputs } | { kept?: undefined; why: Why; keep: Keep }

/** Keeps the result of a cell that has run; at once, where there is nothing to look at again. */
export type Keep = (outputs: CachedOutputs) => void | Promise<void>

/**
 * Looks for the kept result of a cell; at once, where its fingerprint is there at once. Its key is the type and version
 * of the node, its literals, its fingerprint, who reads it where that matters, the code that computes it, and the contents
 * of what came over links: however a text came about, the same text is the same key.
 */
export function consultCache<Services>(shelf: Shelf, consulted: Consulted<Services>): Found | Promise<Found> {
  const place = new Place(shelf, consulted)
  const { own, services } = consulted
  const fingerprint = place.ask(own?.services ?? services)
  if (fingerprint instanceof Promise) return fingerprint.then((now) => place.lookUp(now))
  const kept = place.look(fingerprint)
  if (kept !== undefined) return { kept }
  return place.mayRun(fingerprint, fingerprint, (outputs) =>
    fingerprint === undefined ? place.put(undefined, outputs) : place.keep(outputs, fingerprint, fingerprint),
  )
}

type Fingerprint = Json | undefined

/** Where the result of one cell lies, by what its fingerprint turns out to be. */
class Place<Services> {
  readonly #shelf: Shelf
  readonly #consulted: Consulted<Services>
  readonly #links: Readonly<Record<string, string>>
  /** Name of the cell, under which stands what it was last run with. */
  readonly #name: string

  constructor(shelf: Shelf, consulted: Consulted<Services>) {
    const { cell, prepared, inputs } = consulted
    const { plan, space } = cell.owner
    this.#shelf = shelf
    this.#consulted = consulted
    this.#links = linkedIds(cell, prepared, inputs, shelf.graph)
    this.#name = `${shelf.scope}\0${plan.path}\0${space.indicesOf(cell.point).join(',')}`
  }

  ask(by: Services): Json | Promise<Json> | undefined {
    const { definition, inputs } = this.#consulted
    return definition.fingerprint?.(inputs as never, by)
  }

  /** As it is by contents' early names: the same before and after as long as the files are. */
  async #askEarly(now: Json): Promise<Json> {
    const { own } = this.#consulted
    return (own === undefined ? now : await this.ask(own.early)) as Json
  }

  look(fingerprint: Fingerprint): CachedOutputs | undefined {
    const { fresh, cell } = this.#consulted
    const kept = fresh ? undefined : this.#shelf.cache.get(this.#key(fingerprint))
    return kept !== undefined && isResultOf(cell.owner.plan, kept) ? kept : undefined
  }

  /** Looks under the name its contents have now, then under the one they had before it was final. */
  async lookUp(now: Json): Promise<Found> {
    const kept = this.look(now)
    if (kept !== undefined) return { kept }
    const early = await this.#askEarly(now)
    const keptEarly = this.look(early)
    if (keptEarly === undefined) return this.mayRun(now, early, (outputs) => this.keep(outputs, now, early))
    this.put(now, keptEarly)
    return { kept: keptEarly }
  }

  mayRun(fingerprint: Fingerprint, early: Fingerprint, keep: Keep): Found {
    const { cache } = this.#shelf
    const { cell, fresh } = this.#consulted
    const now = this.#inputsWith(fingerprint)
    const last = cache.lastInputs(this.#name)
    // It has become final since, and says the same.
    const isSame = last !== undefined && last.fingerprint === this.#inputsWith(early).fingerprint
    const before = isSame ? { ...last, fingerprint: now.fingerprint } : last
    const why = fresh ? { reason: 'asked to run again' } : explain(cell.owner, before, now)
    cache.rememberInputs(this.#name, now)
    return { why, keep }
  }

  put(fingerprint: Fingerprint, outputs: CachedOutputs): void {
    this.#shelf.cache.set(this.#key(fingerprint), outputs)
  }

  /** A result of other contents than were looked at is kept under neither. */
  async keep(outputs: CachedOutputs, before: Json, early: Json): Promise<void> {
    const { own, services } = this.#consulted
    const after = (await this.ask(own?.services ?? services)) as Json
    const isSame =
      this.#key(after) === this.#key(before) ||
      (own !== undefined && this.#key(await this.#askEarly(after)) === this.#key(early))
    if (!isSame) return
    this.put(after, outputs)
    if (own !== undefined) void this.#move(own, after).catch(() => undefined)
  }

  /** Puts a result under the final name of its contents, when they have it. */
  async #move(own: CellServices<Services>, from: Json): Promise<void> {
    if (!(await own.settle())) return
    const final = (await this.ask(own.services)) as Json
    const kept = this.#shelf.cache.get(this.#key(from))
    if (kept === undefined) return
    this.put(final, kept)
    this.#shelf.cache.rememberInputs(this.#name, this.#inputsWith(final))
  }

  #inputsWith(fingerprint: Fingerprint): CellInputs {
    const { cell, prepared } = this.#consulted
    const { plan, definition } = cell.owner
    // a package of nodes computes with what it is handed, so our own code counts there, too
    const codes = [this.#shelf.code, definition?.origin?.code].filter((part) => part !== undefined)
    return {
      version: plan.description.version,
      literals: prepared.literals,
      links: this.#links,
      fingerprint: fingerprint === undefined ? '' : contentId(fingerprint),
      ...(plan.readers !== undefined && { readers: canonicalJson({ ...plan.readers }) }),
      ...(codes.length > 0 && { code: codes.join('\n') }),
    }
  }

  #key(fingerprint: Fingerprint): string {
    const { cell, prepared } = this.#consulted
    return keyOf(cell.owner.plan.type, prepared.literalsId, this.#inputsWith(fingerprint))
  }
}

/** What a cache holds may have been written by anything: it is a result only where it is what the node promises. */
function isResultOf({ role, description }: PlanNode, kept: CachedOutputs): boolean {
  if (role !== 'node') return true
  const lengths = new Set<number>()
  for (const { name, type, spreads } of description.outputs) {
    if (!Object.hasOwn(kept, name)) return false
    const value = kept[name] as Json
    if (spreads !== true && value !== null && typeProblem(type, value) !== undefined) return false
    if (spreads === true && !Array.isArray(value)) return false
    if (spreads === true) lengths.add((value as Json[]).length)
  }
  return lengths.size <= 1
}

function keyOf(type: string, literalsId: string, now: CellInputs): string {
  const { version, links, fingerprint, readers, code } = now
  const parts = [type, version, literalsId, fingerprint]
  if (readers !== undefined) parts.push(readers)
  if (code !== undefined) parts.push(code)
  for (const name in links) parts.push(name, links[name] as string)
  return sha256(parts.join('\0'))
}
