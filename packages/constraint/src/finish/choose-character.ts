import type { CharSet } from 'refa'
import { surrogates } from '../grammar/characters.ts'
import type { Vocabulary } from '../vocabulary/vocabulary.ts'

/** Written where any of many would do. */
const usual = Array.from('a0A 1', (character) => character.codePointAt(0)!)

/** The character of a set that an ending is written with: the usual, else the first that is a token, else the first. */
export function chooseCharacter(set: CharSet, { trie, hasEveryByte }: Vocabulary): number {
  const possible = set.without(surrogates)
  const isToken = (point: number): boolean => hasEveryByte || tokens().has(point)
  const tokens = (): ReadonlySet<number> => singleTokens(trie)
  const found = usual.find((point) => possible.has(point) && isToken(point))
  if (found !== undefined) return found
  const first = possible.ranges[0]?.min ?? -1
  if (hasEveryByte) return printable(possible) ?? first
  for (const point of tokens()) if (possible.has(point)) return point
  return first
}

function printable(set: CharSet): number | undefined {
  for (let point = 0x20; point < 0x7f; point++) if (set.has(point)) return point
  return undefined
}

const known = new WeakMap<Vocabulary['trie'], ReadonlySet<number>>()

/** Characters that are tokens by themselves, in order. */
function singleTokens(trie: Vocabulary['trie']): ReadonlySet<number> {
  const found = known.get(trie)
  if (found !== undefined) return found
  const points = new Set<number>()
  for (let child = 1; child < trie.label.length; child = trie.end[child]!)
    if (trie.firstToken[child]! < trie.firstToken[child + 1]! && trie.label[child]! < 0x110000)
      points.add(trie.label[child]!)
  known.set(trie, points)
  return points
}
