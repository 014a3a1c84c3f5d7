import type { FlatNode } from './flat-graph.ts'
import { startOf } from './start-of.ts'

/** A node that gets nothing at an input because of something before it. */
export function skipFor(flat: FlatNode, input: string, cause: string): void {
  if (flat.skipped !== undefined) return
  flat.skipped = `\`${input}\` gets nothing: ${cause}`
  flat.cause = cause
}

/**
 * What needs a node that gets nothing is skipped as well, to the end of every path, and says why at once. A choice does not
 * need its sides: it finds out. Neither end of a loop runs without the other.
 */
export function skipBehind(nodes: readonly FlatNode[], byPath: ReadonlyMap<string, FlatNode>): void {
  const queue = nodes.filter(causeOf)
  if (queue.length === 0) return
  const readers = readersOf(nodes)
  const partners = partnersOf(nodes, byPath)
  for (let head = 0; head < queue.length; head++) {
    const flat = queue[head] as FlatNode
    const cause = causeOf(flat) as string
    for (const { reader, input } of readers.get(flat) ?? []) {
      if (reader.skipped !== undefined) continue
      skipFor(reader, input, cause)
      queue.push(reader)
    }
    const partner = partners.get(flat)
    if (partner === undefined || partner.skipped !== undefined) continue
    partner.skipped = `its loop does not run: ${cause}`
    partner.cause = cause
    queue.push(partner)
  }
}

/** What those behind it say; nobody is behind what is bypassed. */
function causeOf({ cause, node, path }: FlatNode): string | undefined {
  return node.mode === 'mute' ? `\`${path}\` is muted` : cause
}

function readersOf(nodes: readonly FlatNode[]): Map<FlatNode, { reader: FlatNode; input: string }[]> {
  const readers = new Map<FlatNode, { reader: FlatNode; input: string }[]>()
  for (const reader of nodes) {
    for (const { from, input } of reader.links) {
      if (reader.ports?.inputs.get(input)?.lazy === true) continue
      const known = readers.get(from)
      if (known === undefined) readers.set(from, [{ reader, input }])
      else known.push({ reader, input })
    }
  }
  return readers
}

/** The end of each start and the start of each end; of several ends one that is to run. */
function partnersOf(
  nodes: readonly FlatNode[],
  byPath: ReadonlyMap<string, FlatNode>,
): Map<FlatNode, FlatNode> {
  const partners = new Map<FlatNode, FlatNode>()
  for (const end of nodes) {
    const start = startOf(end, byPath)
    if (start === undefined) continue
    partners.set(end, start)
    if (partners.get(start)?.node.mode !== undefined || !partners.has(start)) partners.set(start, end)
  }
  for (const [one, other] of partners) if (partners.get(other) !== one) partners.delete(one)
  return partners
}
