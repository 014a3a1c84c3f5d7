import type { WorkflowNode } from '@woolgather/workflow'

import { idsOf } from '../document/ids-of.ts'

type Nodes = Readonly<Record<string, WorkflowNode>>

const known = new WeakMap<Nodes, string>()

/** The files that nodes name, each once, as JSON: the same text while they are the same. Found once for a graph as it stands. */
export function filesNamedIn(nodes: Nodes): string {
  const files = new Set<unknown>()
  if (!known.has(nodes))
    for (const id of idsOf(nodes)) {
      const file = nodes[id]?.inputs?.['file']
      if (file !== undefined) files.add(file)
    }
  const named = known.get(nodes) ?? JSON.stringify([...files])
  known.set(nodes, named)
  return named
}
