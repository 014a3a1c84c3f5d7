import type { FlatNode } from './flat-graph.ts'

/** The start of the loop that `flat` ends. */
export function startOf(flat: FlatNode, byPath: ReadonlyMap<string, FlatNode>): FlatNode | undefined {
  const start = flat.description?.zone === 'end' ? flat.literals['start'] : undefined
  return typeof start === 'string' ? byPath.get(flat.prefix + start) : undefined
}
