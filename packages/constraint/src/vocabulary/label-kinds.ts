import { unfinishedLabel, type Trie } from './trie.ts'

/** A set of kinds of characters: the first 32 as bits of one word, the others of another. */
export interface KindSet {
  readonly low: number
  readonly high: number
}

/** Which characters lie below the nodes of a trie, by kinds. */
export interface LabelKinds {
  /** Kinds of the labels strictly below each node, as the words of a `KindSet`. */
  readonly low: Int32Array
  readonly high: Int32Array
  /** Labels from each node down to the deepest below it; 255 also stands for more. */
  readonly height: Uint8Array
}

/** What patterns tell apart most often; every other printable character is a kind of its own. */
const sequences = ['0123456789', 'abcdef', 'ghijklmnopqrstuvwxyz', 'ABCDEF', 'GHIJKLMNOPQRSTUVWXYZ']
const printable = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index))
const alone = printable.filter((character) => !sequences.some((sequence) => sequence.includes(character)))
const kinds = [...sequences, ...alone]
/** Control characters, spaces beyond ASCII, others of two bytes, longer ones, and those that a token leaves unfinished. */
const control = kinds.length
const wideSpace = control + 1
const short = wideSpace + 1
const long = short + 1
export const unfinishedKind = long + 1
const kindCount = unfinishedKind + 1
export const everyKind: KindSet = { low: -1, high: 2 ** (kindCount - 32) - 1 }
const firstLong = 0x800
const wideSpaces = new Set(
  Array.from({ length: 0x10000 - 0x80 }, (_, index) => 0x80 + index).filter((point) =>
    /\s/.test(String.fromCharCode(point)),
  ),
)

const kindOfAscii = Uint8Array.from({ length: 0x80 }, (_, point) => {
  const kind = kinds.findIndex((characters) => characters.includes(String.fromCharCode(point)))
  return kind < 0 ? control : kind
})

/** The kind of a label. */
export function kindOf(label: number): number {
  if (label < 0x80) return kindOfAscii[label]!
  if (label >= unfinishedLabel) return unfinishedKind
  if (wideSpaces.has(label)) return wideSpace
  return label < firstLong ? short : long
}

/** Whether the kind of a label is in a set. */
export function holds({ low, high }: KindSet, label: number): boolean {
  const kind = kindOf(label)
  return (kind < 32 ? low >>> kind : high >>> (kind - 32)) % 2 !== 0
}

/** Kinds of which all labels are in a class; unfinished ones are in none. */
export function kindsWithin(labels: Int32Array, contains: (label: number) => boolean): KindSet {
  let { low, high } = minus(everyKind, bitOf(unfinishedKind))
  for (let index = 0; index < labels.length; index++)
    if (!contains(labels[index]!)) ({ low, high } = minus({ low, high }, bitOf(kindOf(labels[index]!))))
  return { low, high }
}

export function bitOf(kind: number): KindSet {
  return kind < 32 ? { low: 1 << kind, high: 0 } : { low: 0, high: 1 << (kind - 32) }
}

export function minus(one: KindSet, other: KindSet): KindSet {
  return { low: one.low & ~other.low, high: one.high & ~other.high }
}

/** About how much of a vocabulary is written with the characters of a set. */
export function weightOf({ low, high }: KindSet): number {
  let weight = 0
  for (let kind = 0; kind < kindCount; kind++) {
    if (((kind < 32 ? low : high) >>> (kind & 31)) % 2 === 0) continue
    weight += kind < sequences.length || kind >= short || kinds[kind] === ' ' ? 16 : 1
  }
  return weight
}

export function findLabelKinds({ label, end }: Trie): LabelKinds {
  const low = new Int32Array(label.length)
  const high = new Int32Array(label.length)
  const height = new Uint8Array(label.length)
  // Backwards, so that all below a node is known: its children follow one another.
  for (let node = label.length - 1; node >= 0; node--) {
    for (let child = node + 1; child < end[node]!; child = end[child]!) {
      const kind = kindOf(label[child]!)
      low[node]! |= low[child]! | (kind < 32 ? 1 << kind : 0)
      high[node]! |= high[child]! | (kind < 32 ? 0 : 1 << (kind - 32))
      height[node] = Math.max(height[node]!, Math.min(255, height[child]! + 1))
    }
  }
  return { low, high, height }
}
