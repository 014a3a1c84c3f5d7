import type { Link } from '@woolgather/workflow'
import type { InputRef } from './actions.ts'

/** Names a link by its ends, so that selection survives undo. Names hold any character: hence JSON. */
export function linkId(from: Link, to: InputRef): string {
  return JSON.stringify([...from, to.node, to.input])
}

export function parseLinkId(id: string): { from: Link; to: InputRef } {
  const [fromNode, output, node, input] = JSON.parse(id) as [string, string, string, string]
  return { from: [fromNode, output], to: { node, input } }
}
