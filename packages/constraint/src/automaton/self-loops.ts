import type { CharacterPartition } from '../grammar/partition-characters.ts'
import type { Network } from '../grammar/network.ts'

/** Nodes that are looked at after one character for the way back. */
const maximumNodes = 8

/**
 * Classes of characters that lead from a node back to it with nothing else in between: what waits there for a character
 * goes on waiting there, whatever else may be.
 */
export function classesOfLoop(
  network: Network,
  partition: CharacterPartition,
  node: number,
): ReadonlySet<number> {
  const { characterEdges } = network
  const classes = new Set<number>()
  for (let edge = characterEdges.from[node]!; edge < characterEdges.from[node + 1]!; edge++) {
    if (!leadsTo(network, characterEdges.to[edge]!, node)) continue
    for (const index of partition.classesOf(characterEdges.label[edge]!)) classes.add(index)
  }
  return classes
}

/** Whether edges that consume nothing, and ask for nothing, lead from one node to another. */
function leadsTo({ emptyEdges }: Network, from: number, to: number): boolean {
  const met = [from]
  // Appended to while it is gone through.
  for (const node of met) {
    if (node === to) return true
    for (let edge = emptyEdges.from[node]!; edge < emptyEdges.from[node + 1]!; edge++)
      if (met.length < maximumNodes && !met.includes(emptyEdges.to[edge]!)) met.push(emptyEdges.to[edge]!)
  }
  return false
}
