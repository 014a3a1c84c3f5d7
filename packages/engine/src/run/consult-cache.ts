import { typeProblem, type Json, type PlanNode } from '@woolgather/workflow'
import type { CachedOutputs, CellCache, CellInputs } from '../cache/cell-cache.ts'
import { canonicalJson, contentId, sha256 } from '../content.ts'
import type { NodeDefinition } from '../define-node.ts'
import type { CellGraph } from './cell-graph.ts'
import type { CellServices } from './cell-services.ts'
import type { Cell, RunInputValues } from './cell.ts'
import { explain } from './explain.ts'
import { linkedIds } from './gather-inputs.ts'
import type { PreparedInputs } from './prepare-inputs.ts'

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
export type Found = { kept: CachedOutputs } | { kept?: undefined; reason: string; keep: Keep }

/** Keeps the result of a cell that has run; at once, where there is nothing to look at again. */
export type Keep = (outputs: CachedOutputs) => void | Promise<void>

/**
 * Looks for the kept result of a cell; at once, where its fingerprint is there at once. Its key is the type and version
 * of the node, its literals, its fingerprint, who reads it where that matters, the code that computes it, and the contents
 * of what came over links: however a text came about, the same text is the same key.
 */
export function consultCache<Services>(
  cache: CellCache,
  graph: CellGraph,
  { scope, code }: { scope: string; code: string | undefined },
  consulted: Consulted<Services>,
): Found | Promise<Found> {
  const { cell, definition, prepared, inputs, services, own, fresh } = consulted
  const { plan, space } = cell.owner
  const ask = (by: Services): Json | Promise<Json> | undefined =>
    definition.fingerprint?.(inputs as never, by)
  const links = linkedIds(cell, prepared, inputs, graph)
  // a package of nodes computes with what it is handed, so our own code counts there, too
  const codes = [code, cell.owner.definition?.origin?.code].filter((part) => part !== undefined)
  const inputsWith = (fingerprint: Json | undefined): CellInputs => ({
    version: plan.description.version,
    literals: prepared.literals,
    links,
    fingerprint: fingerprint === undefined ? '' : contentId(fingerprint),
    ...(plan.readers !== undefined && { readers: canonicalJson({ ...plan.readers }) }),
    ...(codes.length > 0 && { code: codes.join('\n') }),
  })
  const key = (fingerprint: Json | undefined): string =>
    keyOf(plan.type, prepared.literalsId, inputsWith(fingerprint))
  const look = (fingerprint: Json | undefined): CachedOutputs | undefined => {
    const kept = fresh ? undefined : cache.get(key(fingerprint))
    return kept !== undefined && isResultOf(plan, kept) ? kept : undefined
  }
  const name = `${scope}\0${plan.path}\0${space.indicesOf(cell.point).join(',')}`
  const mayRun = (fingerprint: Json | undefined, early: Json | undefined, keep: Keep): Found => {
    const now = inputsWith(fingerprint)
    const last = cache.lastInputs(name)
    // It has become final since, and says the same.
    const isSame = last !== undefined && last.fingerprint === inputsWith(early).fingerprint
    const before = isSame ? { ...last, fingerprint: now.fingerprint } : last
    const reason = fresh ? 'asked to run again' : explain(cell.owner, before, now)
    cache.rememberInputs(name, now)
    return { reason, keep }
  }

  /** As it is by contents' early names: the same before and after as long as the files are. */
  const askEarly = async (now: Json): Promise<Json> =>
    (own === undefined ? now : await ask(own.early)) as Json

  const lookUp = async (now: Json): Promise<Found> => {
    const kept = look(now)
    if (kept !== undefined) return { kept }
    const early = await askEarly(now)
    const keptEarly = look(early)
    if (keptEarly === undefined) return mayRun(now, early, (outputs) => keep(outputs, now, early))
    cache.set(key(now), keptEarly)
    return { kept: keptEarly }
  }

  /** A result of other contents than were looked at is kept under neither. */
  const keep = async (outputs: CachedOutputs, before: Json, early: Json): Promise<void> => {
    const after = (await ask(own?.services ?? services)) as Json
    const isSame =
      key(after) === key(before) || (own !== undefined && key(await askEarly(after)) === key(early))
    if (!isSame) return
    cache.set(key(after), outputs)
    if (own !== undefined) void move(own, after).catch(() => undefined)
  }

  const move = async (by: CellServices<Services>, from: Json): Promise<void> => {
    if (!(await by.settle())) return
    const final = (await ask(by.services)) as Json
    const kept = cache.get(key(from))
    if (kept === undefined) return
    cache.set(key(final), kept)
    cache.rememberInputs(name, inputsWith(final))
  }

  const fingerprint = ask(own?.services ?? services)
  if (fingerprint instanceof Promise) return fingerprint.then(lookUp)
  const kept = look(fingerprint)
  if (kept !== undefined) return { kept }
  return mayRun(fingerprint, fingerprint, (outputs) =>
    fingerprint === undefined ? cache.set(key(undefined), outputs) : keep(outputs, fingerprint, fingerprint),
  )
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
