import type { Automaton } from '../automaton/automaton.ts'
import type { Mask } from './compute-mask.ts'
import type { StateShapes } from './state-shapes.ts'
import { indexOf } from './sorted-labels.ts'
import type { Trie } from '../vocabulary/trie.ts'

/** Characters after which a state and one like it may differ, at most: each has tokens of its own that are walked. */
const mostPoints = 48

/** A state that reads nearly all characters as another does, and those that it does not. */
export interface Likeness {
  readonly state: number
  readonly points: readonly number[]
}

/**
 * The state that a state becomes with most characters, where that one stays itself with them and both read all but a few
 * ASCII characters alike: inside a key that must not be one of some, say, any key. Tokens that begin with other
 * characters are those of that state.
 */
export function findLikeness(automaton: Automaton, shapes: StateShapes, state: number): Likeness | undefined {
  const like = shapes.of(state).main?.target
  if (like === undefined || like === state || shapes.of(like).main?.target !== like) return undefined
  const [own, other] = [automaton.row(state), automaton.row(like)]
  const points: number[] = []
  for (let index = 0; index < own.length; index++) {
    if (own[index] === other[index]) continue
    const few = shapes.pointsOf(index)
    if (few === undefined || points.length + few.length > mostPoints) return undefined
    points.push(...few)
  }
  // What begins a character beyond ASCII may become several.
  return points.every((point) => point < 0x80) ? { state: like, points } : undefined
}

/** The tokens of a mask but those that begin with one of some characters; the nodes of the trie that those are below. */
export function maskWithout(
  mask: Mask & { kind: 'bits' },
  points: readonly number[],
  trie: Trie,
): { bits: Uint32Array; count: number; nodes: number[] } {
  const bits = mask.bits.slice()
  let { count } = mask
  const nodes = childrenAt(trie, points)
  for (const child of nodes) {
    for (let index = trie.firstToken[child]!; index < trie.firstToken[trie.end[child]!]!; index++) {
      const token = trie.tokens[index]!
      const bit = 1 << (token & 31)
      if ((bits[token >>> 5]! & bit) === 0) continue
      bits[token >>> 5]! &= ~bit
      count--
    }
  }
  return { bits, count, nodes }
}

/** Children of the root with some labels. */
function childrenAt(trie: Trie, points: readonly number[]): number[] {
  const wide = trie.wide.get(0)
  const wanted = new Set(points)
  if (wide !== undefined)
    return points.flatMap((point) => {
      const index = indexOf(wide.labels, point)
      return index < 0 ? [] : [wide.nodes[index]!]
    })
  const found: number[] = []
  for (let child = 1; child < trie.label.length; child = trie.end[child]!)
    if (wanted.has(trie.label[child]!)) found.push(child)
  return found
}
