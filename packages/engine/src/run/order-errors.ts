import type { RunError } from '@woolgather/workflow'
import type { Cell } from './cell.ts'
import { compareIndices } from './labelled.ts'

/** What went wrong, by node in the order of the plan, then by coordinate: whatever failed first by the clock. */
export function orderErrors(failed: readonly Cell[]): RunError[] {
  const found = failed.map((cell) => ({
    error: cell.error as RunError,
    node: cell.owner.plan.index,
    indices: cell.owner.space.indicesOf(cell.point),
  }))
  found.sort((a, b) => a.node - b.node || compareIndices(a.indices, b.indices))
  return found.map(({ error }) => error)
}
