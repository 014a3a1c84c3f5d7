import { buildTrie, sortEntries, unfinishedLabel, type LabelTable, type Trie, type TrieEntries } from './trie.ts'

/**
 * The tokens below a node of the trie as "k characters of one class, then a suffix". Inside a string nearly all
 * tokens have no suffix, so one bitset stands for them.
 */
export interface ClassSplit {
  /** Most characters of the class that a token begins with. */
  readonly longestRun: number
  /** Tokens wholly in the class, of at most so many characters: how many, and as bits. */
  readonly countUpTo: (length: number) => number
  readonly bitsUpTo: (length: number) => Uint32Array
  /** Suffixes of the tokens that have exactly `run` characters before them (at least 1). */
  readonly suffixesAt: (run: number) => Trie
  /** Suffixes of the tokens that have `run` characters or more before them (at least 1). */
  readonly suffixesFrom: (run: number) => Trie
}

interface Parts {
  /** Tokens wholly in the class, by length. */
  readonly pure: number[][]
  readonly suffixed: { tokens: number[]; starts: number[]; runs: number[] }
}

export function splitByClass(
  size: number,
  trie: Trie,
  node: number,
  table: LabelTable,
  contains: (point: number) => boolean,
): ClassSplit {
  const { pure, suffixed } = separate(trie, node, table, contains)
  const longestRun = Math.max(pure.length - 1, suffixed.runs.reduce((most, run) => Math.max(most, run), 0))
  const bits = new Map<number, Uint32Array>()
  const tries = new Map<string, Trie>()
  let sorted: { entries: TrieEntries; runs: Int32Array } | undefined
  const suffixes = (name: string, keep: (run: number) => boolean) => {
    const known = tries.get(name)
    if (known !== undefined) return known
    sorted ??= sortSuffixes(table, suffixed)
    const made = buildTrie(table, filterEntries(sorted.entries, sorted.runs, keep))
    tries.set(name, made)
    return made
  }
  const counts = pure.map(() => 0)
  pure.forEach((tokens, length) => (counts[length] = tokens.length + (counts[length - 1] ?? 0)))
  return {
    longestRun,
    countUpTo: (length) => counts[Math.min(length, counts.length - 1)] ?? 0,
    bitsUpTo: (length) => {
      const capped = Math.min(length, pure.length - 1)
      const known = bits.get(capped)
      if (known !== undefined) return known
      const made = bitsOf(size, pure.slice(0, capped + 1))
      bits.set(capped, made)
      return made
    },
    suffixesAt: (run) => suffixes(`= ${run}`, (own) => own === run),
    suffixesFrom: (run) => suffixes(`≥ ${run}`, (own) => own >= run),
  }
}

/** Walks the nodes whose path is in the class; whatever hangs below them outside it is a suffix. */
function separate(trie: Trie, node: number, table: LabelTable, contains: (point: number) => boolean): Parts {
  const { label, end, depth, firstToken, tokens } = trie
  const pure: number[][] = [[]]
  const suffixed: Parts['suffixed'] = { tokens: [], starts: [], runs: [] }
  for (let here = node + 1; here < end[node]!; ) {
    const run = depth[here]! - depth[node]!
    if (label[here]! < unfinishedLabel && contains(label[here]!)) {
      while (pure.length <= run) pure.push([])
      for (let index = firstToken[here]!; index < firstToken[here + 1]!; index++) pure[run]!.push(tokens[index]!)
      here++
      continue
    }
    if (run > 1) {
      for (let index = firstToken[here]!; index < firstToken[end[here]!]!; index++) {
        suffixed.tokens.push(tokens[index]!)
        suffixed.starts.push(table.offsets[tokens[index]!]! + depth[here]! - 1)
        suffixed.runs.push(run - 1)
      }
    }
    here = end[here]!
  }
  return { pure, suffixed }
}

function sortSuffixes(table: LabelTable, { tokens, starts, runs }: Parts['suffixed']) {
  const runOf = new Map(tokens.map((token, index) => [token, runs[index]!]))
  const entries = sortEntries(table, { tokens: Int32Array.from(tokens), starts: Int32Array.from(starts) })
  return { entries, runs: entries.tokens.map((token) => runOf.get(token)!) }
}

function filterEntries(entries: TrieEntries, runs: Int32Array, keep: (run: number) => boolean): TrieEntries {
  const kept = Array.from(runs.keys()).filter((index) => keep(runs[index]!))
  return {
    tokens: Int32Array.from(kept, (index) => entries.tokens[index]!),
    starts: Int32Array.from(kept, (index) => entries.starts[index]!),
  }
}

function bitsOf(size: number, lists: readonly (readonly number[])[]): Uint32Array {
  const bits = new Uint32Array((size + 31) >>> 5)
  for (const tokens of lists) {
    for (const token of tokens) bits[token >>> 5]! |= 1 << (token & 31)
  }
  return bits
}
