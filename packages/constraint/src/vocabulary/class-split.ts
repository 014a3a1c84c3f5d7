import { mergeSubtries } from './merge-subtries.ts'
import type { Trie } from './trie.ts'

/**
 * The tokens below a node of the trie as "k characters of one class, then a suffix". Inside a string nearly all
 * tokens have no suffix, so one bitset stands for them.
 */
export interface ClassSplit {
  /** Most characters of the class that a token begins with. */
  readonly longestRun: number
  /** Tokens wholly in the class, of at most so many characters. */
  readonly wholeUpTo: (length: number) => Int32Array
  readonly bitsUpTo: (length: number) => Uint32Array
  /** Nodes after exactly `length` characters of the class that have others below them. */
  readonly innerNodes: (length: number) => readonly number[]
  /** Suffixes of the tokens that have exactly `run` characters before them (at least 1). */
  readonly suffixesAt: (run: number) => Suffixes
  /** Suffixes of the tokens that have `run` characters or more before them (at least 1). */
  readonly suffixesFrom: (run: number) => Suffixes
}

/** Suffixes by their first label, which is outside the class. */
export interface Suffixes {
  /** Sorted. */
  readonly labels: Int32Array
  /** Nodes that stand for the first label, and the trie that they are in. */
  readonly after: (label: number) => Branches
  /** How many tokens have each of the labels there. */
  readonly counts: Int32Array
}

export interface Branches {
  readonly trie: Trie
  readonly nodes: readonly number[]
}

/** Merging costs as much as some walks of the branches one by one, and few branches have little in common. */
const worthwhileUses = 3
const worthwhileBranches = 4

export function splitByClass(
  size: number,
  trie: Trie,
  node: number,
  contains: (label: number) => boolean,
): ClassSplit {
  const { pure, inner, exits } = separate(trie, node, contains)
  const longestRun = Math.max(pure.length, exits.length) - 1
  const ends = pure.map(() => 0)
  pure.forEach((tokens, length) => (ends[length] = tokens.length + (ends[length - 1] ?? 0)))
  const whole = new Int32Array(ends[ends.length - 1]!)
  pure.forEach((tokens, length) => whole.set(tokens, ends[length]! - tokens.length))
  const wholeUpTo = (length: number) => whole.subarray(0, ends[Math.min(length, ends.length - 1)])
  const at = memoize((run) => groupSuffixes(trie, exits[run] ?? []))
  const from = memoize((run) => groupSuffixes(trie, exits.slice(run).flat()))
  const bits = memoize((length) => bitsOf(size, wholeUpTo(length)))
  return {
    longestRun,
    wholeUpTo,
    bitsUpTo: (length) => bits(Math.min(length, pure.length - 1)),
    innerNodes: (length) => inner[length] ?? [],
    suffixesAt: at,
    suffixesFrom: from,
  }
}

/** Tokens whose whole path is in the class, by length, and the nodes where a path leaves it, by the length before. */
function separate(
  trie: Trie,
  node: number,
  contains: (label: number) => boolean,
): { pure: number[][]; inner: number[][]; exits: number[][] } {
  const { label, end, depth, firstToken, tokens } = trie
  const pure: number[][] = [[]]
  const inner: number[][] = [[]]
  const exits: number[][] = [[]]
  for (let here = node + 1; here < end[node]!;) {
    const length = depth[here]! - depth[node]!
    if (contains(label[here]!)) {
      while (pure.length <= length) {
        pure.push([])
        inner.push([])
      }
      if (end[here]! > here + 1) inner[length]!.push(here)
      const list = pure[length]!
      for (let index = firstToken[here]!; index < firstToken[here + 1]!; index++) list.push(tokens[index]!)
      here++
      continue
    }
    if (length > 1) {
      while (exits.length < length) exits.push([])
      exits[length - 1]!.push(here)
    }
    here = end[here]!
  }
  return { pure, inner, exits }
}

/** Merges only what is asked for often: most first labels of suffixes are never allowed. */
function groupSuffixes(trie: Trie, nodes: readonly number[]): Suffixes {
  const byLabel = new Map<number, { branches: Branches; uses: number }>()
  const none: Branches = { trie, nodes: [] }
  const grouped = new Map<number, number[]>()
  for (const node of nodes) {
    const list = grouped.get(trie.label[node]!)
    if (list === undefined) grouped.set(trie.label[node]!, [node])
    else list.push(node)
  }
  for (const [label, list] of grouped) byLabel.set(label, { branches: { trie, nodes: list }, uses: 0 })
  const labels = Int32Array.from(byLabel.keys()).sort()
  return {
    labels,
    counts: labels.map((label) =>
      grouped
        .get(label)!
        .reduce((sum, node) => sum + trie.firstToken[trie.end[node]!]! - trie.firstToken[node]!, 0),
    ),
    after: (label) => {
      const entry = byLabel.get(label)
      if (entry === undefined) return none
      const { nodes: list } = entry.branches
      if (++entry.uses === worthwhileUses && list.length >= worthwhileBranches) {
        entry.branches = { trie: mergeSubtries(trie, list), nodes: [0] }
      }
      return entry.branches
    },
  }
}

function bitsOf(size: number, tokens: Int32Array): Uint32Array {
  const bits = new Uint32Array((size + 31) >>> 5)
  for (let index = 0; index < tokens.length; index++)
    bits[tokens[index]! >>> 5]! |= 1 << (tokens[index]! & 31)
  return bits
}

function memoize<T>(make: (key: number) => T): (key: number) => T {
  const known = new Map<number, T>()
  return (key) => {
    const found = known.get(key)
    if (found !== undefined) return found
    const made = make(key)
    known.set(key, made)
    return made
  }
}
