import { indexOf } from './sorted-labels.ts'

/**
 * A prefix tree laid out in pre-order: the nodes below `n` are `n + 1` up to `end[n]`, and the tokens at or below it
 * `tokens[firstToken[n]]` up to `tokens[firstToken[end[n]]]`. Node 0 is the root.
 */
export interface Trie {
  /** Code point, or `unfinishedLabel` + number of a first part of a character. */
  readonly label: Int32Array
  readonly end: Int32Array
  readonly depth: Int32Array
  /** One longer than the nodes. */
  readonly firstToken: Int32Array
  readonly tokens: Int32Array
  /** Children of nodes that have many, sorted by label. */
  readonly wide: ReadonlyMap<number, { readonly labels: Int32Array; readonly nodes: Int32Array }>
}

/** Labels from here on are bytes of a character that the token does not finish, minus this. */
export const unfinishedLabel = 0x110000

const wideChildren = 16

/** Labels of all tokens, one after the other: those of token t are `offsets[t]` up to `offsets[t + 1]`. */
export interface LabelTable {
  readonly labels: Int32Array
  readonly offsets: Int32Array
}

/** A token from some label on. */
export interface TrieEntries {
  readonly tokens: Int32Array
  /** Index of the first label to use, into the label table. */
  readonly starts: Int32Array
}

/** Order of entries by their labels. */
export function sortEntries({ labels, offsets }: LabelTable, { tokens, starts }: TrieEntries): TrieEntries {
  const order = Int32Array.from(tokens.keys()).sort((left, right) => {
    let a = starts[left]!
    let b = starts[right]!
    const endA = offsets[tokens[left]! + 1]!
    const endB = offsets[tokens[right]! + 1]!
    for (; a < endA && b < endB; a++, b++) {
      const difference = labels[a]! - labels[b]!
      if (difference !== 0) return difference
    }
    return endA - a - (endB - b)
  })
  return { tokens: order.map((index) => tokens[index]!), starts: order.map((index) => starts[index]!) }
}

/** @param entries sorted */
export function buildTrie({ labels, offsets }: LabelTable, { tokens, starts }: TrieEntries): Trie {
  const label = [0]
  const depth = [0]
  const firstToken = [0]
  const end = [0]
  const path = [0]
  tokens.forEach((token, index) => {
    const from = starts[index]!
    const length = offsets[token + 1]! - from
    let shared = 0
    while (shared < length && shared + 1 < path.length && label[path[shared + 1]!] === labels[from + shared])
      shared++
    while (path.length > shared + 1) end[path.pop()!] = label.length
    for (let position = shared; position < length; position++) {
      path.push(label.push(labels[from + position]!) - 1)
      depth.push(position + 1)
      firstToken.push(index)
      end.push(0)
    }
  })
  for (const node of path) end[node] = label.length
  return layOutTrie({ label, depth, end, firstToken, tokens })
}

/** @param parts nodes in pre-order; `firstToken` without the closing entry */
export function layOutTrie(parts: {
  label: readonly number[]
  depth: readonly number[]
  end: readonly number[]
  firstToken: readonly number[]
  tokens: ArrayLike<number>
}): Trie {
  const firstToken = new Int32Array(parts.firstToken.length + 1)
  firstToken.set(parts.firstToken)
  firstToken[parts.firstToken.length] = parts.tokens.length
  // The constructor copies several times faster than `from`, which goes through an iterator.
  return {
    label: new Int32Array(parts.label),
    end: new Int32Array(parts.end),
    depth: new Int32Array(parts.depth),
    firstToken,
    tokens: new Int32Array(parts.tokens),
    wide: findWideNodes(parts.label, parts.end),
  }
}

function findWideNodes(label: readonly number[], end: readonly number[]): Trie['wide'] {
  const wide = new Map<number, { labels: Int32Array; nodes: Int32Array }>()
  for (let node = 0; node < label.length; node++) {
    // A node with many children has at least as many below it.
    if (end[node]! - node <= wideChildren) continue
    const nodes: number[] = []
    for (let child = node + 1; child < end[node]!; child = end[child]!) nodes.push(child)
    if (nodes.length <= wideChildren) continue
    wide.set(node, {
      labels: Int32Array.from(nodes, (child) => label[child]!),
      nodes: Int32Array.from(nodes),
    })
  }
  return wide
}

/** How many tokens lie below a node, itself excluded. */
export function tokensBelow(trie: Trie, node: number): number {
  return trie.firstToken[trie.end[node]!]! - trie.firstToken[node + 1]!
}

/** Children of a node with some labels. */
export function childrenAt(trie: Trie, node: number, points: readonly number[]): number[] {
  if (points.length === 0) return []
  const wide = trie.wide.get(node)
  if (wide !== undefined)
    return points.flatMap((point) => {
      const index = indexOf(wide.labels, point)
      return index < 0 ? [] : [wide.nodes[index]!]
    })
  const found: number[] = []
  for (let child = node + 1; child < trie.end[node]!; child = trie.end[child]!)
    if (points.includes(trie.label[child]!)) found.push(child)
  return found
}

/** Takes the tokens at a node and below it out of a mask; how many were in it. */
export function removeBelow(bits: Uint32Array, { firstToken, end, tokens }: Trie, node: number): number {
  let removed = 0
  for (let index = firstToken[node]!; index < firstToken[end[node]!]!; index++) {
    const token = tokens[index]!
    const bit = 1 << (token & 31)
    if ((bits[token >>> 5]! & bit) === 0) continue
    bits[token >>> 5]! &= ~bit
    removed++
  }
  return removed
}
