import { layOutTrie, type Trie } from './trie.ts'

/** The union of what lies at and below several nodes, as a trie whose root stands for all of them. */
export function mergeSubtries(trie: Trie, roots: readonly number[]): Trie {
  const label: number[] = []
  const depth: number[] = []
  const end: number[] = []
  const firstToken: number[] = []
  const tokens: number[] = []
  const merge = (nodes: readonly number[], level: number) => {
    const made = label.push(level === 0 ? 0 : trie.label[nodes[0]!]!) - 1
    depth.push(level)
    end.push(0)
    firstToken.push(tokens.length)
    for (const node of nodes) {
      for (let index = trie.firstToken[node]!; index < trie.firstToken[node + 1]!; index++)
        tokens.push(trie.tokens[index]!)
    }
    const children: number[] = []
    for (const node of nodes) {
      for (let child = node + 1; child < trie.end[node]!; child = trie.end[child]!) children.push(child)
    }
    if (nodes.length > 1) children.sort((left, right) => trie.label[left]! - trie.label[right]!)
    for (let first = 0; first < children.length;) {
      let last = first + 1
      while (last < children.length && trie.label[children[last]!] === trie.label[children[first]!]) last++
      merge(children.slice(first, last), level + 1)
      first = last
    }
    end[made] = label.length
  }
  merge(roots, 0)
  return layOutTrie({ label, depth, end, firstToken, tokens })
}
