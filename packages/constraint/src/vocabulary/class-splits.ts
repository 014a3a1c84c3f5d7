import { splitByClass, type CharacterClass, type ClassSplit, type SplitSource } from './class-split.ts'
import { kindsWithin } from './label-kinds.ts'
import { tokensBelow } from './trie.ts'
import type { ArrangedTokens } from './vocabulary.ts'

/** Splits kept, of a few kB mostly, at the root up to 2 MB: the least recently used go first. */
const maximumSplits = 2_048
/** A split costs as much as some walks without it, so a class has to come up this often first. */
const worthwhileUses = 3
/** What is below a node is split sooner where it is less than this many tokens. */
export const manyToSplit = 16_384
const worthwhileUsesOfMany = 24
const maximumUses = 100_000
/** Characters below this are looked up in a table, of which there are so many at most. */
const tabled = 0x10000
const maximumTables = 256

/** The splits of a vocabulary, shared by all constraints on it. */
export class ClassSplits {
  readonly #source: SplitSource & Pick<ArrangedTokens, 'labels'>
  readonly #classNumbers = new Map<string, number>()
  readonly #uses = new Map<number, number>()
  readonly #splits = new Map<number, ClassSplit>()
  readonly #characters = new Map<number, CharacterClass>()

  constructor(source: SplitSource & Pick<ArrangedTokens, 'labels'>) {
    this.#source = source
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
  #charactersOf(classNumber: number, contains: (point: number) => boolean): CharacterClass {
    const known = this.#characters.get(classNumber)
    if (known !== undefined) return known
    const members = new Uint8Array(tabled)
    const others = new Set<number>()
    const { labels } = this.#source
    for (let index = 0; index < labels.length; index++) {
      const label = labels[index]!
      if (!contains(label)) continue
      if (label < tabled) members[label] = 1
      else others.add(label)
    }
    // Without what was asked, which would keep a constraint for as long as the model is there.
    const holds = (label: number) => (label < tabled ? members[label] === 1 : others.has(label))
    const made = { contains: holds, kinds: kindsWithin(labels, holds) }
    if (this.#characters.size >= maximumTables) this.#characters.clear()
    this.#characters.set(classNumber, made)
    return made
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
    const isMuch = tokensBelow(this.#source.trie, node) >= manyToSplit
    if (!sure && uses < (isMuch ? worthwhileUsesOfMany : worthwhileUses)) return undefined
    const made = splitByClass(this.#source, node, this.#charactersOf(classNumber, contains))
    this.#splits.set(key, made)
    if (this.#splits.size > maximumSplits) this.#splits.delete(this.#splits.keys().next().value as number)
    return made
  }
}
