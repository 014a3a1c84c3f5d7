import { splitByClass, type ClassSplit } from './class-split.ts'
import { unfinishedLabel, type Trie } from './trie.ts'

/** Splits kept, of a few kB mostly, at the root up to 2 MB: the least recently used go first. */
const maximumSplits = 2_048
/** A split costs as much as some walks without it, so a class has to come up this often first. */
const worthwhileUses = 3
const maximumUses = 100_000
/** Characters below this are looked up in a table, of which there are so many at most. */
const tabled = 0x10000
const maximumTables = 256

/** The splits of a vocabulary, shared by all constraints on it. */
export class ClassSplits {
  readonly #size: number
  readonly #trie: Trie
  readonly #classNumbers = new Map<string, number>()
  readonly #uses = new Map<number, number>()
  readonly #splits = new Map<number, ClassSplit>()

  /** By class, 1 for characters that are in it, −1 for others, 0 for those that were not asked for. */
  readonly #members = new Map<number, Int8Array>()

  constructor(size: number, trie: Trie) {
    this.#size = size
    this.#trie = trie
  }

  /** A number for a class of characters, the same for the same key: the borders where it begins and ends, in turn. */
  classNumber(key: string): number {
    const known = this.#classNumbers.get(key)
    if (known !== undefined) return known
    this.#classNumbers.set(key, this.#classNumbers.size)
    return this.#classNumbers.size - 1
  }

  /** Makes what constraints will ask for at the root, before the first of them does. */
  prepare(borders: readonly number[]): void {
    const contains = (point: number) => borders.filter((border) => border <= point).length % 2 === 1
    const split = this.find(0, this.classNumber(borders.join()), contains, true)
    split?.bitsUpTo(split.longestRun)
    split?.suffixesFrom(1)
  }

  /** Asks of each character once: a trie has few, which stand in many places. */
  #memberTest(classNumber: number, contains: (point: number) => boolean): (label: number) => boolean {
    const members = this.#members.get(classNumber) ?? new Int8Array(tabled)
    if (this.#members.size >= maximumTables) this.#members.clear()
    this.#members.set(classNumber, members)
    return (label) => {
      if (label >= tabled) return label < unfinishedLabel && contains(label)
      if (members[label] === 0) members[label] = contains(label) ? 1 : -1
      return members[label] === 1
    }
  }

  /** @returns undefined until the class has come up often enough at this node, unless it is sure to come again */
  find(
    node: number,
    classNumber: number,
    contains: (point: number) => boolean,
    sure: boolean,
  ): ClassSplit | undefined {
    const key = node * 2 ** 24 + classNumber
    const known = this.#splits.get(key)
    if (known !== undefined) {
      this.#splits.delete(key)
      this.#splits.set(key, known)
      return known
    }
    const uses = (this.#uses.get(key) ?? 0) + 1
    if (this.#uses.size > maximumUses) this.#uses.clear()
    this.#uses.set(key, uses)
    if (!sure && uses < worthwhileUses) return undefined
    const made = splitByClass(this.#size, this.#trie, node, this.#memberTest(classNumber, contains))
    this.#splits.set(key, made)
    if (this.#splits.size > maximumSplits) this.#splits.delete(this.#splits.keys().next().value as number)
    return made
  }
}
