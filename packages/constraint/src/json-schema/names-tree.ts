import { literal, type Expression } from '../grammar/expression.ts'

/** Texts by what they begin with: a node for each beginning, the empty one first, each before those that go on from it. */
export interface NameNode {
  readonly isName: boolean
  /** Sorted by character. */
  readonly children: readonly NextCharacter[]
}

export interface NextCharacter {
  readonly character: string
  readonly point: number
  /** That character, as it is. */
  readonly label: Expression
  readonly node: number
}

export function namesTree(names: readonly string[]): NameNode[] {
  const sorted = [...new Set(names)].toSorted()
  // The names that begin as a node does stand together; `at` is how much of them that is.
  const places = [{ first: 0, end: sorted.length, at: 0 }]
  const tree: NameNode[] = []
  // Appended to while it is gone through.
  for (const { first, end, at } of places) {
    const isName = sorted[first]?.length === at
    const children: NextCharacter[] = []
    for (let next = isName ? first + 1 : first; next < end;) {
      const begin = next
      const point = sorted[begin]!.codePointAt(at)!
      while (next < end && sorted[next]!.codePointAt(at) === point) next++
      const character = String.fromCodePoint(point)
      const node = places.push({ first: begin, end: next, at: at + character.length }) - 1
      children.push({ character, point, label: labelOf(character), node })
    }
    tree.push({ isName, children })
  }
  return tree
}

/** Names have few different characters. */
const labels = new Map<string, Expression>()
const mostLabels = 1_000

function labelOf(character: string): Expression {
  const known = labels.get(character) ?? literal(character)
  if (labels.size < mostLabels) labels.set(character, known)
  return known
}
