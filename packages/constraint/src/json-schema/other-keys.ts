import { charactersOf, everyCharacter } from '../grammar/characters.ts'
import { characters, literal, sequence, type Expression, type Graph } from '../grammar/expression.ts'
import { escapesOf, isOnceSpelled } from './escaped-characters.ts'
import { escapeSet, insideString, plain } from './json-text.ts'
import { namesTree } from './names-tree.ts'

/**
 * Any string but some, quotation marks included: a tree of the names, which every text leaves where it differs, or ends
 * inside.
 */
export function otherKeys(names: readonly string[]): Expression {
  const tree = namesTree(names)
  const free = tree.length
  const edges: Graph['edges'][number][] = []
  const finals: number[] = [free]
  const leave = (from: number, excepted: string): void => {
    for (const label of othersThan(excepted)) edges.push({ from, to: free, label })
  }
  tree.forEach(({ isName, children }, from) => {
    if (!isName) finals.push(from)
    let excepted = ''
    for (const { character, label, node } of children) {
      excepted += character
      edges.push({ from, to: node, label: insideString(label) })
    }
    leave(from, excepted)
  })
  leave(free, '')
  const graph: Graph = { size: free + 1, finals, edges }
  return sequence([literal('"'), { kind: 'graph', graph }, literal('"')])
}

const escapesOfAll = escapesOf(everyCharacter)
/** Names go on with few different characters: their complements are kept. */
const complements = new Map<string, readonly Expression[]>()
const maximumComplements = 1_000

/** Characters of a key that are none of some. */
function othersThan(excepted: string): readonly Expression[] {
  const known = complements.get(excepted)
  if (known !== undefined) return known
  const made = isOnceSpelled(excepted)
    ? [characters(plain.without(charactersOf(excepted))), ...escapesOfAll]
    : [escapeSet(everyCharacter.without(charactersOf(excepted)))]
  if (complements.size < maximumComplements) complements.set(excepted, made)
  return made
}
