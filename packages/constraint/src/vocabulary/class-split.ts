import { mergeSubtries } from './merge-subtries.ts'
import type { KindSet } from './label-kinds.ts'
import type { Trie } from './trie.ts'
import type { ArrangedTokens } from './vocabulary.ts'

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

/** Merging costs as much as some walks of the branches one by one, few have little in common, and many take long. */
const worthwhileUses = 3
const worthwhileBranches = 4
const mostMerged = 8_192

/** What a class is split from. */
export interface SplitSource extends Pick<ArrangedTokens, 'trie' | 'lengths' | 'kinds'> {
  /** How many tokens there are. */
  readonly size: number
}

/** A class of characters: whether it holds a label, and the kinds of which it holds all. */
export interface CharacterClass {
  readonly contains: (label: number) => boolean
  readonly kinds: KindSet
}

export function splitByClass(source: SplitSource, node: number, characters: CharacterClass): ClassSplit {
  const { trie, size } = source
  const { whole, exits } = separate(source, node, characters)
  const longestWhole = whole.lengths.reduce((most, length) => Math.max(most, length), 0)
  let byLength: ByLength | undefined
  const wholeUpTo = (length: number) => {
    if (length >= longestWhole) return whole.tokens
    byLength ??= sortByLength(whole)
    return byLength.tokens.subarray(0, byLength.ends[length])
  }
  const at = memoize((run) => groupSuffixes(trie, exits[run] ?? []))
  const from = memoize((run) => groupSuffixes(trie, exits.slice(run).flat()))
  const bits = memoize((length) => bitsOf(size, wholeUpTo(length)))
  return {
    longestRun: Math.max(longestWhole, exits.length - 1),
    wholeUpTo,
    bitsUpTo: (length) => bits(Math.min(length, longestWhole)),
    suffixesAt: at,
    suffixesFrom: from,
  }
}

/** Tokens, and how many labels each has below a node. */
interface Lengths {
  readonly tokens: Int32Array
  readonly lengths: Uint16Array
}

/** Tokens, the shorter first, and how many have up to each length. */
interface ByLength {
  readonly tokens: Int32Array
  readonly ends: Int32Array
}

/** Tokens whose whole path is in the class, and the nodes where a path leaves it, by the length before. */
function separate(
  { trie, lengths, kinds }: SplitSource,
  node: number,
  characters: CharacterClass,
): { whole: Lengths; exits: number[][] } {
  const { label, end, depth, firstToken } = trie
  const otherLow = ~characters.kinds.low
  const otherHigh = ~characters.kinds.high
  // Ranges of tokens, from and to in turn.
  const inside: number[] = []
  const exits: number[][] = [[]]
  for (let here = node + 1; here < end[node]!;) {
    if (characters.contains(label[here]!)) {
      const isPure = (kinds.low[here]! & otherLow) === 0 && (kinds.high[here]! & otherHigh) === 0
      const next = isPure ? end[here]! : here + 1
      if (inside[inside.length - 1] === firstToken[here]) inside[inside.length - 1] = firstToken[next]!
      else inside.push(firstToken[here]!, firstToken[next]!)
      here = next
      continue
    }
    const length = depth[here]! - depth[node]!
    if (length > 1) {
      while (exits.length < length) exits.push([])
      exits[length - 1]!.push(here)
    }
    here = end[here]!
  }
  return { whole: gather(trie, lengths, inside, depth[node]!), exits }
}

/** The tokens of ranges, which are given as from and to in turn. */
function gather({ tokens }: Trie, lengths: Uint16Array, ranges: readonly number[], above: number): Lengths {
  let size = 0
  for (let index = 0; index < ranges.length; index += 2) size += ranges[index + 1]! - ranges[index]!
  const gathered = { tokens: new Int32Array(size), lengths: new Uint16Array(size) }
  let count = 0
  for (let index = 0; index < ranges.length; index += 2) {
    for (let position = ranges[index]!; position < ranges[index + 1]!; position++) {
      gathered.tokens[count] = tokens[position]!
      gathered.lengths[count++] = lengths[position]! - above
    }
  }
  return gathered
}

function sortByLength({ tokens, lengths }: Lengths): ByLength {
  const counts: number[] = []
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1
  const ends = new Int32Array(counts.length)
  for (let length = 0; length < ends.length; length++)
    ends[length] = (counts[length] ?? 0) + (ends[length - 1] ?? 0)
  const next = ends.map((end, length) => end - (counts[length] ?? 0))
  const sorted = new Int32Array(tokens.length)
  for (let index = 0; index < tokens.length; index++) sorted[next[lengths[index]!]!++] = tokens[index]!
  return { tokens: sorted, ends }
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
      if (++entry.uses === worthwhileUses && isWorthMerging(trie, list)) {
        entry.branches = { trie: mergeSubtries(trie, list), nodes: [0] }
      }
      return entry.branches
    },
  }
}

function isWorthMerging({ end }: Trie, nodes: readonly number[]): boolean {
  if (nodes.length < worthwhileBranches) return false
  return nodes.reduce((sum, node) => sum + end[node]! - node, 0) <= mostMerged
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
