import type { Plan, PlanAxis, RunError } from '@woolgather/workflow'
import type { CellGraph } from './cell-graph.ts'

/** Refuses a run in which the lengths known before it begins multiply to more cells than the limit, with the sum. */
export function checkCells(plan: Plan, graph: CellGraph, limit: number): RunError | undefined {
  for (const node of plan.nodes) {
    if (node.axes.length === 0) continue
    const lengths = node.axes.flatMap((index) => lengthOf(graph, plan.axes[index] as PlanAxis))
    const cells = lengths.reduce((product, length) => product * length, 1)
    if (cells > limit) return refusal(node.path, lengths, cells, limit)
  }
  return undefined
}

function lengthOf(graph: CellGraph, axis: PlanAxis): number[] {
  if (axis.within.length > 0) return []
  const extent = graph.extent(axis.index, 0)
  return extent.isClosed && extent.count > 0 ? [extent.count] : []
}

function refusal(path: string, lengths: number[], cells: number, limit: number): RunError {
  const sum = lengths.length > 1 ? `${lengths.map(count).join(' × ')} = ` : ''
  return {
    code: 'too-many-cells',
    message: `\`${path}\` would run in ${sum}${count(cells)} cells, limit ${count(limit)}.`,
    node: path,
    hint: 'Shorten an axis, link two to the same axis, or align them with matrix/zip.',
  }
}

/** Refuses a run whose axes turned out too long while it ran. */
export function tooMany(path: string, cells: number, limit: number): RunError {
  return {
    code: 'too-many-cells',
    message: `\`${path}\` came to ${count(cells)} cells and more, limit ${count(limit)}.`,
    node: path,
    hint: 'Shorten the list that an axis is made from.',
  }
}

function count(n: number): string {
  return n.toLocaleString('en-US')
}
