import { charactersOf, everyCharacter } from '../grammar/characters.ts'
import { literal, sequence, type Expression, type Graph } from '../grammar/expression.ts'
import { escapeSet } from './json-text.ts'

/**
 * Any string but some, quotation marks included: a tree of the names, which every text leaves where it differs, or ends
 * inside.
 */
export function otherKeys(names: readonly string[]): Expression {
  const tree = plantTree(names)
  const free = tree.length
  const known = new Map<string, Expression>()
  const textOf = (key: string, make: () => Expression): Expression => {
    const made = known.get(key) ?? make()
    known.set(key, made)
    return made
  }
  const edges: Graph['edges'][number][] = []
  const finals = [free]
  tree.forEach(({ children, isName }, from) => {
    const next = [...children.keys()].toSorted().join('')
    const others = textOf(`not ${next}`, () => escapeSet(everyCharacter.without(charactersOf(next))))
    edges.push({ from, to: free, label: others })
    for (const [character, to] of children)
      edges.push({ from, to, label: textOf(character, () => escapeSet(charactersOf(character))) })
    if (!isName) finals.push(from)
  })
  edges.push({ from: free, to: free, label: textOf('not ', () => escapeSet(everyCharacter)) })
  const graph: Graph = { size: free + 1, finals, edges }
  return sequence([literal('"'), { kind: 'graph', graph }, literal('"')])
}

interface Branch {
  readonly children: Map<string, number>
  isName: boolean
}

function plantTree(names: readonly string[]): Branch[] {
  const tree: Branch[] = [{ children: new Map(), isName: false }]
  for (const name of names) {
    let at = tree[0]!
    for (const character of name) {
      const next = at.children.get(character) ?? tree.push({ children: new Map(), isName: false }) - 1
      at.children.set(character, next)
      at = tree[next]!
    }
    at.isName = true
  }
  return tree
}
