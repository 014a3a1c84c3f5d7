import type { Json } from '@woolgather/workflow'
import type { CachedOutputs, CellCache, CellInputs } from '../cache/cell-cache.ts'
import { canonicalJson, contentId, sha256 } from '../content.ts'
import type { CellGraph } from './cell-graph.ts'
import type { Cell, RunInputValues } from './cell.ts'
import { explain } from './explain.ts'
import { linkedIds } from './gather-inputs.ts'
import type { PreparedInputs } from './prepare-inputs.ts'

export interface Consulted {
  cell: Cell
  prepared: PreparedInputs
  inputs: RunInputValues
  fingerprint: Json | undefined
  /** Whether it is to run whatever the cache holds. */
  fresh: boolean
}

/**
 * The kept result of a cell, or why it has to run. Its key is the type and version of the node, its literals, its
 * fingerprint, who reads it where that matters, the code of its package, and the contents of what came over links: however a text came about, the same text is the same key.
 */
export function consultCache(
  cache: CellCache,
  graph: CellGraph,
  scope: string,
  { cell, prepared, inputs, fingerprint, fresh }: Consulted,
): { key: string; kept: CachedOutputs } | { key: string; kept?: undefined; reason: string } {
  const { plan, space } = cell.owner
  const now: CellInputs = {
    version: plan.description.version,
    literals: prepared.literals,
    links: linkedIds(cell, prepared, inputs, graph),
    fingerprint: fingerprint === undefined ? '' : contentId(fingerprint),
  }
  if (plan.readers !== undefined) now.readers = canonicalJson({ ...plan.readers })
  const code = cell.owner.definition?.origin?.code
  if (code !== undefined) now.code = code
  const key = keyOf(plan.type, prepared.literalsId, now)
  const kept = fresh ? undefined : cache.get(key)
  if (kept !== undefined) return { key, kept }
  const name = `${scope}\0${plan.path}\0${space.indicesOf(cell.point).join(',')}`
  const reason = fresh ? 'asked to run again' : explain(cell.owner, cache.lastInputs(name), now)
  cache.rememberInputs(name, now)
  return { key, reason }
}

function keyOf(type: string, literalsId: string, now: CellInputs): string {
  const { version, links, fingerprint, readers, code } = now
  const parts = [type, version, literalsId, fingerprint]
  if (readers !== undefined) parts.push(readers)
  if (code !== undefined) parts.push(code)
  for (const name in links) parts.push(name, links[name] as string)
  return sha256(parts.join('\0'))
}
