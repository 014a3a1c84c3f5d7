import { deadState, type Automaton } from '../automaton/automaton.ts'
import { childrenAt, removeBelow, unfinishedLabel, type Trie } from '../vocabulary/trie.ts'
import type { Vocabulary } from '../vocabulary/vocabulary.ts'
import type { Reading } from './json-reading.ts'
import { mayRepeat } from './may-repeat.ts'
import { baseOf, nextPoints, type Place, type Remembering, type State } from './remembering.ts'
import { endsNumber, hasComma, hasQuotedComma, marksOf, wholeTokensOf } from './trie-marks.ts'

/** States of which it is kept what must be taken out. */
const mostKept = 50_000
const quote = 0x22
const backslash = 0x5c

/** Takes out of masks what would repeat something: only tokens are looked at that could. */
export class MaskSieve {
  readonly #automaton: Automaton
  readonly #vocabulary: Vocabulary
  readonly #remembering: Remembering
  readonly #openingToRemove = new Map<number, readonly number[]>()
  #bits: Uint32Array = new Uint32Array(0)
  #removed = 0
  /** States in a text where whatever begins after it may go on freely, so that tokens that begin it need not be looked at. */
  readonly #calm = new Set<number>()
  #isCalm = true

  constructor(automaton: Automaton, vocabulary: Vocabulary, remembering: Remembering) {
    this.#automaton = automaton
    this.#vocabulary = vocabulary
    this.#remembering = remembering
  }

  /**
   * @param bits tokens that may follow the state of the automaton
   * @returns how many were taken out
   */
  sift(bits: Uint32Array, state: State): number {
    this.#bits = bits
    this.#removed = 0
    if (typeof state === 'number') this.#removeOpening(state)
    else if (this.#automaton.unfinishedParts(state.base) !== undefined) this.#siftContinuing(state)
    else this.#siftPlace(state)
    return this.#removed
  }

  #remove(token: number): void {
    const bit = 1 << (token & 31)
    if ((this.#bits[token >>> 5]! & bit) === 0) return
    this.#bits[token >>> 5]! &= ~bit
    this.#removed++
  }

  #mayNotFollow(state: State, token: number): boolean {
    const isAllowed = (this.#bits[token >>> 5]! & (1 << (token & 31))) !== 0
    return isAllowed && this.#remembering.after(state, this.#vocabulary.tokens[token]!) === deadState
  }

  #removeOpening(state: number): void {
    let tokens = this.#openingToRemove.get(state)
    if (tokens === undefined) {
      const { opening } = wholeTokensOf(this.#vocabulary)
      tokens = [...opening].filter((token) => this.#mayNotFollow(state, token))
      if (this.#openingToRemove.size >= mostKept) this.#openingToRemove.clear()
      this.#openingToRemove.set(state, tokens)
    }
    for (const token of tokens) this.#remove(token)
  }

  /** Tokens that begin inside the character that is unfinished. */
  #siftContinuing(place: Place): void {
    for (const { trie } of this.#vocabulary.continuing) {
      if (!mayRepeat(place.reading) && (marksOf(trie)[0]! & hasQuotedComma) === 0) continue
      for (const token of trie.tokens) if (this.#mayNotFollow(place, token)) this.#remove(token)
    }
  }

  #siftPlace(place: Place): void {
    for (const token of wholeTokensOf(this.#vocabulary).goingOn)
      if (this.#mayNotFollow(place, token)) this.#remove(token)
    this.#isCalm = true
    this.#siftChildren(this.#vocabulary.trie, 0, place, false)
    if (this.#calm.size >= mostKept) this.#calm.clear()
    if (this.#isCalm && isInText(place.reading)) this.#calm.add(place.base)
  }

  /** @param differs whether the automaton would be elsewhere if nothing were remembered: then all must be looked at */
  #siftChildren(trie: Trie, node: number, state: State, differs: boolean): void {
    const reading = typeof state === 'number' ? undefined : state.reading
    const may = reading !== undefined && mayRepeat(reading)
    if (!differs && reading !== undefined && isInText(reading)) {
      const next = may ? [...nextPoints(reading), quote, backslash] : []
      for (const child of childrenAt(trie, node, next)) this.#visit(trie, child, state, false)
      const after = this.#calm.has(baseOf(state)) ? [] : markedChildren(trie, node, hasQuotedComma)
      for (const child of after)
        if (!next.includes(trie.label[child]!)) this.#visit(trie, child, state, false)
      if (may) this.#visitUnfinished(trie, node, state as Place, next)
      return
    }
    const marks = marksOf(trie)
    for (let child = node + 1; child < trie.end[node]!; child = trie.end[child]!) {
      // Labels are sorted, and all that is written outside texts is ASCII.
      if (!differs && trie.label[child]! >= 0x80) break
      if (differs || may || (marks[child]! & hasComma) > 0) this.#visit(trie, child, state, differs)
    }
  }

  #visit(trie: Trie, child: number, state: State, differs: boolean): void {
    const { label, end } = trie
    if (label[child]! >= unfinishedLabel) {
      if (differs && this.#unfinishedIsDead(state, label[child]!))
        this.#removed += removeBelow(this.#bits, trie, child)
      return
    }
    const free = this.#automaton.stepCharacter(baseOf(state), label[child]!)
    if (free === deadState && !differs) return
    const next = free === deadState ? deadState : this.#remembering.step(state, label[child]!)
    // What would be below if nothing were repeated here is not looked at.
    const isElsewhere = differs || baseOf(next) !== free
    if (isElsewhere || (beginsSomething(next) && !this.#remembering.isFree(next))) this.#isCalm = false
    if (!this.#remembering.canGoOn(next)) {
      this.#isCalm = false
      this.#removed += removeBelow(this.#bits, trie, child)
      return
    }
    const isFreeNumber =
      typeof next !== 'number' && next.reading.expects === 'number' && this.#remembering.isFree(next)
    if (isFreeNumber && !isElsewhere && (marksOf(trie)[child]! & endsNumber) === 0) return
    if (end[child]! > child + 1) this.#siftChildren(trie, child, next, isElsewhere)
  }

  /** Tokens that end inside a character by which a text goes on to a repetition. */
  #visitUnfinished(trie: Trie, node: number, place: Place, points: readonly number[]): void {
    const { label, end, firstToken, tokens } = trie
    if (points.every((point) => point < 0x80)) return
    for (let child = node + 1; child < end[node]!; child = end[child]!) {
      if (label[child]! < unfinishedLabel) continue
      const { minimum, maximum } = this.#vocabulary.unfinished[label[child]! - unfinishedLabel]!
      if (!points.some((point) => point >= minimum && point <= maximum)) continue
      for (let index = firstToken[child]!; index < firstToken[child + 1]!; index++)
        if (this.#unfinishedIsDead(place, label[child]!)) this.#remove(tokens[index]!)
    }
  }

  #unfinishedIsDead(state: State, label: number): boolean {
    const prefix = this.#vocabulary.unfinished[label - unfinishedLabel]!
    return typeof state === 'number'
      ? !this.#automaton.allowsAny(state, prefix)
      : !this.#remembering.canFinish(state, prefix)
  }
}

/** Not between values, nor inside an escape, which is no end of a text. */
function beginsSomething(state: State): state is Place {
  return typeof state !== 'number' && state.reading.expects !== 'next' && state.reading.escape === ''
}

/** In what a text says, not in an escape. */
function isInText({ expects, escape }: Reading): boolean {
  return expects === 'text' && escape === ''
}

const marked = new WeakMap<Trie, Map<number, readonly number[]>>()

/** Children with a mark; of a node that has many they are found once. */
function markedChildren(trie: Trie, node: number, mark: number): readonly number[] {
  const key = node * 8 + mark
  const known = marked.get(trie) ?? new Map<number, readonly number[]>()
  marked.set(trie, known)
  const found = known.get(key)
  if (found !== undefined) return found
  const marks = marksOf(trie)
  const children: number[] = []
  if ((marks[node]! & mark) > 0)
    for (let child = node + 1; child < trie.end[node]!; child = trie.end[child]!)
      if ((marks[child]! & mark) > 0) children.push(child)
  if (trie.wide.has(node)) known.set(key, children)
  return children
}
