import { everyCharacter, charactersOf } from './characters.ts'
import { characters, nothing, type Expression, type Graph } from './expression.ts'

/**
 * Text in which none of some texts occurs, up to where one does: what follows that one is read next, and returns to free
 * text where it says so. The automaton of Aho and Corasick, a node per beginning of a text.
 */
export interface FreeText {
  /** In order of preference where several end at one place. */
  readonly until: readonly { readonly text: string; readonly next: Expression; readonly again: boolean }[]
  /** Whether the text may end while it is free, and after what is read again. */
  readonly mayEnd: boolean
}

export function freeText({ until, mayEnd }: FreeText): Expression {
  const patterns = until.map(({ text }) => Array.from(text))
  const nodes = new Map<string, number>([['', 0]])
  for (const pattern of patterns)
    for (let length = 1; length <= pattern.length; length++) {
      const key = pattern.slice(0, length).join('')
      if (!nodes.has(key)) nodes.set(key, nodes.size)
    }
  const alphabet = [...new Set(patterns.flat())]
  const end = nodes.size
  const edges: Graph['edges'][number][] = []
  const open: number[] = []
  for (const [key, node] of nodes) {
    const reached = until.find(({ text }) => key.endsWith(text))
    if (reached !== undefined) {
      edges.push({ from: node, to: reached.again ? 0 : end, label: reached.next })
      continue
    }
    open.push(node)
    for (const character of alphabet)
      edges.push({
        from: node,
        to: longestSuffix(key + character, nodes),
        label: characters(charactersOf(character)),
      })
    const others = everyCharacter.without(charactersOf(alphabet.join('')))
    edges.push({ from: node, to: 0, label: characters(others) })
  }
  if (mayEnd) for (const node of open) edges.push({ from: node, to: end, label: nothing })
  return { kind: 'graph', graph: { size: end + 1, finals: [end], edges } }
}

function longestSuffix(text: string, nodes: ReadonlyMap<string, number>): number {
  const points = Array.from(text)
  for (let from = 0; from <= points.length; from++) {
    const node = nodes.get(points.slice(from).join(''))
    if (node !== undefined) return node
  }
  return 0
}
