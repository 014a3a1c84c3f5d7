import type { CellWorker } from '@woolgather/workflow'
import type { CellStatus, RunState } from '../run/run-state.ts'

/** What one worker did of a run, and does. */
export interface WorkerShare {
  /** As it was when it last took a cell. */
  by: CellWorker
  /** Cells by how they stand; those that were not begun elsewhere count nowhere. */
  cells: Partial<Record<CellStatus, number>>
  total: number
  /** Nodes by how many of their cells. */
  nodes: Readonly<Record<string, number>>
}

/** The cells of a run that workers of other machines had, by the name of the worker; who had most comes first. */
export function cellsByWorker(run: Pick<RunState, 'nodes'>): WorkerShare[] {
  const shares = new Map<string, WorkerShare & { nodes: Record<string, number> }>()
  for (const [node, { cells }] of Object.entries(run.nodes)) {
    for (const { by, status } of Object.values(cells)) {
      if (by === undefined) continue
      const share = shares.get(by.worker) ?? { by, cells: {}, total: 0, nodes: {} }
      shares.set(by.worker, share)
      share.by = by
      share.total++
      share.cells[status] = (share.cells[status] ?? 0) + 1
      share.nodes[node] = (share.nodes[node] ?? 0) + 1
    }
  }
  return [...shares.values()].toSorted((a, b) => b.total - a.total || a.by.worker.localeCompare(b.by.worker))
}
