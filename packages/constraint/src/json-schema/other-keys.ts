import type { CharSet } from 'refa'
import { charactersOf, everyCharacter } from '../grammar/characters.ts'
import { characters, literal, sequence, type Expression, type Graph } from '../grammar/expression.ts'
import { escapesOf, isOnceSpelled } from './escaped-characters.ts'
import { escapeSet, plain } from './json-text.ts'

/**
 * Any string but some, quotation marks included: a tree of the names, which every text leaves where it differs, or ends
 * inside.
 */
export function otherKeys(names: readonly string[]): Expression {
  const tree = plantTree(names)
  const free = tree.length
  const edges: Graph['edges'][number][] = []
  const finals: number[] = [free]
  tree.forEach(({ children, isName }, from) => {
    for (const label of othersThan([...children.keys()].toSorted().join('')))
      edges.push({ from, to: free, label })
    for (const [character, to] of children) edges.push({ from, to, label: keyCharacter(character) })
    if (!isName) finals.push(from)
  })
  for (const label of othersThan('')) edges.push({ from: free, to: free, label })
  const graph: Graph = { size: free + 1, finals, edges }
  return sequence([literal('"'), { kind: 'graph', graph }, literal('"')])
}

function keyCharacter(character: string): Expression {
  return isOnceSpelled(character) ? literal(character) : escapeSet(charactersOf(character))
}

const escapesOfAll = escapesOf(everyCharacter)
/** Names go on with few different characters: their complements are kept. */
const complements = new Map<string, CharSet>()
const maximumComplements = 1_000

/** Characters of a key that are none of some. */
function othersThan(excepted: string): Expression[] {
  if (!isOnceSpelled(excepted)) return [escapeSet(everyCharacter.without(charactersOf(excepted)))]
  const known = complements.get(excepted) ?? plain.without(charactersOf(excepted))
  if (complements.size < maximumComplements) complements.set(excepted, known)
  return [characters(known), ...escapesOfAll]
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
