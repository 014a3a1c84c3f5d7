import { deadState, type Automaton } from '../automaton/automaton.ts'
import { findInterval } from '../grammar/partition-characters.ts'
import {
  bitOf,
  everyKind,
  kindOf,
  minus,
  unfinishedKind,
  weightOf,
  type KindSet,
} from '../vocabulary/label-kinds.ts'
import type { Vocabulary } from '../vocabulary/vocabulary.ts'

/** Kinds of characters of which every text of up to a length may follow a state, whatever its order. */
export interface SafeRun extends KindSet {
  readonly length: number
}

/** Longer than any token. */
const endless = 2 ** 30
export const noRun: SafeRun = { low: 0, high: 0, length: 0 }

/** States that a run is followed through, and those that may come next at one place of it. */
const broad = { states: 96, next: 32 }
/** The same where only what leads to one state is looked at. */
const narrow = { states: 48, next: 2 }
/** Few tokens are longer than this. */
const nearlyAll = 32
/** Share of what may follow that leads to one state, from which on that alone is looked at first. */
const mostOfAll = 0.75
/** Where a run ends that is longer, nothing is left out of it to make it longer. */
const longEnough = 12
/** Share of what a run is of that may be left out of it at once. */
const worthLeavingOut = 0.35
/** Runs kept before all are dropped. */
const maximumRuns = 100_000

/**
 * Finds what may be written for long without a look at what it is: inside a text that counts its words, everything but
 * what ends or escapes it. Tokens of nothing else need no walk.
 */
export class SafeRuns {
  readonly #automaton: Automaton
  readonly #vocabulary: Vocabulary
  /** Made where first asked for: most constraints do without. */
  #classes: ClassKinds | undefined
  readonly #known = new Map<number, SafeRun>()
  readonly #loops = new Map<number, KindSet>()

  constructor(automaton: Automaton, vocabulary: Vocabulary) {
    this.#automaton = automaton
    this.#vocabulary = vocabulary
  }

  get #kinds(): ClassKinds {
    return (this.#classes ??= describeClasses(this.#automaton, this.#vocabulary))
  }

  of(state: number): SafeRun {
    const known = this.#known.get(state)
    if (known !== undefined) return known
    if (this.#known.size >= maximumRuns) this.#known.clear()
    const run = this.#find(state)
    this.#known.set(state, run)
    return run
  }

  /**
   * What goes on waiting for the same, if it is most; then what leads to one state: where words are counted, no space among
   * it, the count stays and few states are met.
   */
  #find(state: number): SafeRun {
    const allowed = this.#allowed(state)
    const loops = this.#automaton.nodesOf(state).map((node) => this.#loopOf(node))
    const loop = loops.reduce((one, other) => (weightOf(other) > weightOf(one) ? other : one), noRun)
    if (weightOf(loop) > weightOf(allowed) * mostOfAll) return { ...loop, length: endless }
    const main = this.#mainOf(state, allowed)
    if (weightOf(main) > weightOf(allowed) * mostOfAll) {
      const run = this.#longest(state, main, narrow)
      if (run.length >= nearlyAll) return run
    }
    return this.#longest(state, allowed, broad)
  }

  /** Kinds with which a node goes on waiting for a character. */
  #loopOf(node: number): KindSet {
    const known = this.#loops.get(node)
    if (known !== undefined) return known
    const classes = this.#automaton.loopOf(node)
    const loop = this.#within((index) => classes.has(index))
    this.#loops.set(node, loop)
    return loop
  }

  /** Kinds that lead to one state, the most of those allowed. */
  #mainOf(state: number, allowed: KindSet): KindSet {
    const { low, high } = this.#kinds
    const targets = this.#statesAfter([state], allowed, new Set())
    const [main] = [...targets].reduce(
      (one, other) => (weightOf(other[1]) > weightOf(one[1]) ? other : one),
      [deadState, noRun],
    )
    const others = { low: 0, high: 0 }
    this.#automaton.row(state).forEach((target, index) => {
      if (target === main) return
      others.low |= low[index]!
      others.high |= high[index]!
    })
    return minus(allowed, others)
  }

  #longest(state: number, kinds: KindSet, most: typeof broad): SafeRun {
    for (;;) {
      const { length, without } = this.#follow(state, kinds, most)
      if (without === undefined) return { ...kinds, length }
      kinds = minus(kinds, without)
    }
  }

  /**
   * How long texts of some kinds may follow a state, or what makes them end soon and is better left out.
   * @param most states to follow them through
   */
  #follow(state: number, kinds: KindSet, most: typeof broad): { length: number; without?: KindSet } {
    if (isEmpty(kinds)) return { length: 0 }
    const seen = new Set([state])
    let level = [state]
    for (let length = 1; ; length++) {
      const next = this.#statesAfter(level, kinds, seen)
      if (next.size === 0) return { length: endless }
      for (const [target, leading] of next) {
        const missing = minus(kinds, this.#allowed(target))
        if (isEmpty(missing)) continue
        const [one, other] = [weightOf(leading), weightOf(missing)]
        if (length >= longEnough || Math.min(one, other) > weightOf(kinds) * worthLeavingOut)
          return { length }
        return { length, without: one <= other ? leading : missing }
      }
      if (next.size > most.next || seen.size > most.states) return { length }
      level = [...next.keys()]
    }
  }

  /** States after one more character that were not seen before, and the kinds that lead there; they are seen from now on. */
  #statesAfter(level: readonly number[], kinds: KindSet, seen: Set<number>): Map<number, KindSet> {
    const { low, high } = this.#kinds
    const next = new Map<number, { low: number; high: number }>()
    for (const here of level) {
      const row = this.#automaton.row(here)
      for (let index = 0; index < row.length; index++) {
        const leads = { low: low[index]! & kinds.low, high: high[index]! & kinds.high }
        if (isEmpty(leads)) continue
        const target = row[index]!
        const known = next.get(target)
        if (known !== undefined) {
          known.low |= leads.low
          known.high |= leads.high
        } else if (!seen.has(target)) {
          seen.add(target)
          next.set(target, leads)
        }
      }
    }
    return next
  }

  /** Kinds of which each character may follow a state. */
  #allowed(state: number): KindSet {
    const row = this.#automaton.row(state)
    return this.#within((index) => row[index] !== deadState)
  }

  /** Kinds of which each character is in one of some classes. */
  #within(holds: (characterClass: number) => boolean): KindSet {
    const { low, high, all, unfinished } = this.#kinds
    const outside = { low: 0, high: 0 }
    for (let index = 0; index < low.length; index++) {
      if (holds(index)) continue
      outside.low |= low[index]!
      outside.high |= high[index]!
    }
    if (!unfinished.every((classes) => classes.some(holds))) outside.high |= bitOf(unfinishedKind).high
    return minus(all, outside)
  }
}

/** What the classes of an automaton's characters are, as tokens write them. */
interface ClassKinds {
  /** By class, kinds that have characters in it. */
  readonly low: Int32Array
  readonly high: Int32Array
  /** Kinds of which every character is in some class. */
  readonly all: KindSet
  /** For each unfinished character the classes that it may come to be in, the same ones once. */
  readonly unfinished: readonly Int32Array[]
}

function describeClasses({ partition }: Automaton, { labels, unfinished }: Vocabulary): ClassKinds {
  const low = new Int32Array(partition.classCount)
  const high = new Int32Array(partition.classCount)
  const outside = { low: 0, high: 0 }
  for (let index = 0; index < labels.length; index++) {
    const bit = bitOf(kindOf(labels[index]!))
    const characterClass = partition.classOf(labels[index]!)
    if (characterClass < 0) {
      outside.low |= bit.low
      outside.high |= bit.high
    } else {
      low[characterClass]! |= bit.low
      high[characterClass]! |= bit.high
    }
  }
  const groups = new Map<string, Int32Array>()
  for (const { minimum, maximum } of unfinished) {
    const { intervalStart, intervalClass } = partition
    const classes = new Set<number>()
    for (let index = findInterval(intervalStart, minimum); intervalStart[index]! <= maximum; index++)
      if (intervalClass[index]! >= 0) classes.add(intervalClass[index]!)
    groups.set([...classes].join(), Int32Array.from(classes))
  }
  return { low, high, all: minus(everyKind, outside), unfinished: [...groups.values()] }
}

function isEmpty({ low, high }: KindSet): boolean {
  return low === 0 && high === 0
}
