import type { FlatGraph, FlatNode } from './flatten.ts'
import type { ChosenTarget } from './choose-targets.ts'

/** Needed nodes, each with whether only a lazy input leads to it. */
export interface NeededNodes {
  nodes: { flat: FlatNode; lazy: boolean }[]
  byPath: ReadonlyMap<string, FlatNode>
}

/** The targets and everything they read from, directly or not; the end of a loop also needs its start. */
export function keepNeeded(graph: FlatGraph, targets: readonly ChosenTarget[]): NeededNodes {
  const certain = new Set<FlatNode>()
  const asked = new Set<FlatNode>()
  follow(
    targets.map((target) => target.from),
    certain,
    graph,
    (from) => asked.add(from),
  )
  const possible = new Set(certain)
  follow([...asked], possible, graph)
  // document order keeps runs of one workflow alike, whatever was asked for
  const nodes = graph.nodes.filter((flat) => possible.has(flat))
  return { nodes: nodes.map((flat) => ({ flat, lazy: !certain.has(flat) })), byPath: graph.byPath }
}

function follow(
  starts: readonly FlatNode[],
  seen: Set<FlatNode>,
  graph: FlatGraph,
  onLazy?: (from: FlatNode) => void,
): void {
  const queue: FlatNode[] = []
  const visit = (flat: FlatNode): void => {
    if (seen.has(flat)) return
    seen.add(flat)
    queue.push(flat)
  }
  starts.forEach(visit)
  for (let head = 0; head < queue.length; head++) {
    const flat = queue[head] as FlatNode
    if (flat.skipped !== undefined) continue
    for (const link of flat.links) {
      const lazy = flat.ports?.inputs.get(link.input)?.lazy === true
      if (lazy && onLazy !== undefined) onLazy(link.from)
      else visit(link.from)
    }
    const start = startOf(flat, graph.byPath)
    if (start !== undefined) visit(start)
  }
}

/** The start of the loop that `flat` ends. */
export function startOf(flat: FlatNode, byPath: ReadonlyMap<string, FlatNode>): FlatNode | undefined {
  const start = flat.description?.zone === 'end' ? flat.literals['start'] : undefined
  return typeof start === 'string' ? byPath.get(flat.prefix + start) : undefined
}
