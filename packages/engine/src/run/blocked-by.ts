import type { CellGraph } from './cell-graph.ts'
import type { Cell, Skip } from './cell.ts'
import type { Walk } from './walk.ts'

/** Of what a cell reads, something that came to nothing; undefined where the cell can run. */
export function blockedBy(graph: CellGraph, cell: Cell): Cell | undefined {
  const { links, role, zone } = cell.owner.plan
  for (const link of links) {
    // a lazy input is asked for later, a collecting one takes what there is
    if (link.lazy || link.keeps !== undefined) continue
    const source = graph.cellBelow(cell, graph.node(link.source))
    if (source.state !== 'done') return source
  }
  if (role === 'zone-start' && zone !== undefined) {
    const init = graph.cellBelow(cell, graph.node(zone.init))
    return init.state === 'done' ? undefined : init
  }
  if (role !== 'zone-end') return undefined
  const [walk] = cell.walks as [Walk]
  return walk.broken[0]?.cell ?? walk.cells.find((step) => step.state !== 'done')
}

/** Why cells that read `source` cannot run: the first thing on the way to it that went wrong. */
export function whySkipped(source: Cell): Skip {
  const { path } = source.owner.plan
  if (source.state === 'failed') {
    const cancelled = source.error?.code === 'cancelled'
    return {
      reason: `\`${path}\` ${cancelled ? 'was cancelled' : 'failed'}`,
      because: cancelled ? 'cancelled' : 'failed',
      node: path,
    }
  }
  const { skip } = source
  if (skip?.node !== undefined) return skip
  return {
    reason: `\`${path}\` did not run: ${skip?.reason ?? 'not chosen'}`,
    because: skip?.because ?? 'not-chosen',
    node: path,
  }
}
