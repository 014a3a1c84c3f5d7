import type { Trie } from '../vocabulary/trie.ts'
import type { Vocabulary } from '../vocabulary/vocabulary.ts'

/** A comma is written at a node or below it: more than what is begun may be repeated. */
export const hasComma = 1
/** A comma is written after a quotation mark. */
export const hasQuotedComma = 2
/** Something is written that is no part of a number. */
export const endsNumber = 4
const known = new WeakMap<Trie, Uint8Array>()

/** What is written at each node of a trie or below it. */
export function marksOf(trie: Trie): Uint8Array {
  const found = known.get(trie)
  if (found !== undefined) return found
  const { label, depth } = trie
  const marks = new Uint8Array(label.length)
  const path: number[] = []
  const parents = new Int32Array(label.length)
  for (let node = 0; node < label.length; node++) {
    parents[node] = path[depth[node]! - 1] ?? -1
    path[depth[node]!] = node
  }
  for (let node = label.length - 1; node > 0; node--) {
    marks[node]! |= markOf(label[node]!, marks[node]!)
    if (parents[node]! >= 0) marks[parents[node]!]! |= marks[node]!
  }
  known.set(trie, marks)
  return marks
}

function markOf(label: number, below: number): number {
  const character = label < 0x80 ? String.fromCharCode(label) : ''
  const isNumber = /[-+.\deE]/.test(character)
  return (
    (character === ',' ? hasComma : 0) |
    (character === '"' && (below & hasComma) > 0 ? hasQuotedComma : 0) |
    (isNumber ? 0 : endsNumber)
  )
}

/** Tokens that may repeat something wherever they stand, as they begin what they end. */
export interface WholeTokens {
  /** They open a list or an object and write a comma in it. */
  readonly opening: Int32Array
  /** They write a comma, then a value or a key to its end. */
  readonly goingOn: Int32Array
}

const whole = new WeakMap<Vocabulary, WholeTokens>()
const opens = /[[{].*,/s
const goesOn = /,\s*(?:".*"|-?\d|true|false|null|.*[}\]])/s

export function wholeTokensOf(vocabulary: Vocabulary): WholeTokens {
  const found = whole.get(vocabulary) ?? {
    opening: listTokens(vocabulary, opens),
    goingOn: listTokens(vocabulary, goesOn),
  }
  whole.set(vocabulary, found)
  return found
}

function listTokens({ tokens }: Vocabulary, pattern: RegExp): Int32Array {
  const found: number[] = []
  tokens.forEach((bytes, token) => {
    if (bytes.includes(0x2c) && pattern.test(Buffer.from(bytes).toString('latin1'))) found.push(token)
  })
  return Int32Array.from(found)
}
