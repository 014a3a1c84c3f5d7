import type { FlatGraph, FlatNode } from './flat-graph.ts'
import type { ChosenTarget } from './choose-targets.ts'
import { startOf } from './start-of.ts'

/** Needed nodes, each with whether only a lazy input leads to it. */
export interface NeededNodes {
  nodes: { flat: FlatNode; lazy: boolean }[]
  byPath: ReadonlyMap<string, FlatNode>
}

/** The targets and everything they read from, directly or not. Either end of a loop needs the other. */
export function keepNeeded(graph: FlatGraph, targets: readonly ChosenTarget[]): NeededNodes {
  const partners = loopPartners(graph)
  const certain = new Set<FlatNode>()
  const asked = new Set<FlatNode>()
  follow(
    targets.map((target) => target.from),
    certain,
    partners,
    (from) => asked.add(from),
  )
  const possible = new Set(certain)
  follow([...asked], possible, partners)
  // document order keeps runs of one workflow alike, whatever was asked for
  const nodes = graph.nodes.filter((flat) => possible.has(flat))
  return { nodes: nodes.map((flat) => ({ flat, lazy: !certain.has(flat) })), byPath: graph.byPath }
}

/** The start of each end, and the end of each start. */
function loopPartners(graph: FlatGraph): Map<FlatNode, FlatNode> {
  const partners = new Map<FlatNode, FlatNode>()
  for (const end of graph.nodes) {
    const start = startOf(end, graph.byPath)
    if (start === undefined || end.skipped !== undefined || partners.has(start)) continue
    partners.set(end, start)
    partners.set(start, end)
  }
  return partners
}

function follow(
  starts: readonly FlatNode[],
  seen: Set<FlatNode>,
  partners: ReadonlyMap<FlatNode, FlatNode>,
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
    if (flat.skipped !== undefined) {
      // nobody reads them, and yet who looks at the run wants to know of each
      for (const { from } of flat.links) if (from.skipped !== undefined) visit(from)
      continue
    }
    for (const link of flat.links) {
      const lazy = flat.ports?.inputs.get(link.input)?.lazy === true
      if (lazy && onLazy !== undefined) onLazy(link.from)
      else visit(link.from)
    }
    const partner = partners.get(flat)
    if (partner !== undefined) visit(partner)
  }
}
