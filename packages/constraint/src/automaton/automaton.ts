import { ConstraintError } from '../errors/constraint-error.ts'
import { analyseNetwork, type NetworkFacts } from '../grammar/analyse-network.ts'
import {
  partitionCharacters,
  findInterval,
  type CharacterPartition,
} from '../grammar/partition-characters.ts'
import type { Network } from '../grammar/network.ts'
import { allAtOnce, type Steps } from '../grammar/steps.ts'
import type { CharSet } from 'refa'
import { ArrayTable } from './array-table.ts'
import { Closure, type Closed } from './closure.ts'
import { Endings } from './endings.ts'
import { Frames } from './frames.ts'
import { classesOfLoop } from './self-loops.ts'
import { ShortestTexts } from './shortest-texts.ts'
import { addByte, prefixRange, type CodePointRange } from './utf8.ts'
import { WorkBudget } from './work-budget.ts'

/** Nothing can follow and the text so far is no match. */
export const deadState = 0

const noItems = new Float64Array(0)

export interface AutomatonOptions {
  /** End as soon as the text matches, instead of going on while a longer match is possible. */
  readonly stopAtFirstMatch?: boolean
  /** Elementary steps that one call may take. Default 1.5 million. */
  readonly workLimit?: number
}

/** What is known of a network before its states. */
export interface PreparedNetwork {
  readonly network: Network
  /** By set, 1 where some character of it can be written. */
  readonly usable: Uint8Array
  readonly facts: NetworkFacts
  readonly partition: CharacterPartition
}

/** Sets that are looked at in one step. */
const setsAtOnce = 256

/** @param writable the characters that can be written; all where it is not said */
export function* prepareNetwork(network: Network, writable?: CharSet): Steps<PreparedNetwork> {
  const usable = new Uint8Array(network.sets.length).fill(1)
  for (let set = 0; writable !== undefined && set < usable.length; set++) {
    if (network.sets[set]!.isDisjointWith(writable)) usable[set] = 0
    if (set % setsAtOnce === 0) yield
  }
  const facts = yield* analyseNetwork(network, (set) => usable[set] === 1)
  yield
  return { network, usable, facts, partition: partitionCharacters(network.sets) }
}

/** States kept at most: about 200 MB. They are never dropped, because a snapshot may name any of them. */
const maximumStates = 1_000_000
/** Bytes of transition rows kept before all are dropped and made again on demand. */
const maximumRowBytes = 64 * 2 ** 20
const maximumRepeatRows = 1_000
/** Places kept with the states after them before all are dropped. */
const maximumSeeds = 200_000

/**
 * A grammar as a deterministic automaton that comes into being where it is visited. A state is an integer that
 * stands for everything the text so far may still become. Transitions read characters (by class) or UTF-8 bytes.
 */
export class Automaton {
  readonly partition: CharacterPartition
  readonly start: number
  readonly #network: Network
  readonly #facts: NetworkFacts
  readonly #budget: WorkBudget
  readonly #closure: Closure
  readonly #frames: Frames
  readonly #usable: Uint8Array
  readonly #stopAtFirstMatch: boolean
  /** States by their items: of texts that may go on only, and of those that are a match, too. */
  readonly #table = new ArrayTable()
  readonly #acceptingTable = new ArrayTable()
  readonly #items: Float64Array[] = []
  readonly #accepting: boolean[] = []
  #rows: (Int32Array | undefined)[] = []
  #rowCount = 0
  readonly #emptyRow: Int32Array
  /** States after a single place, which many states lead to: a group of characters has no other most often. */
  readonly #afterSeed = new Map<number, number>()
  /** Rows of states in which an item that ends with the character equals one before it. */
  readonly #repeatRows = new Map<number, Int32Array>()
  /** By state, whether it remembers: 1 for no, 2 for yes, 0 where it was not asked. */
  #remembering: Uint8Array = new Uint8Array(0)
  /** Room for the groups of a row in the making. */
  readonly #groupOf: Int32Array
  readonly #maximumRows: number
  /** `base state × 2²⁴ + bytes of an unfinished character` → state, and back. */
  readonly #unfinished = new Map<number, number>()
  readonly #unfinishedOf = new Map<number, { base: number; prefix: number }>()

  constructor({ network, facts, partition, usable }: PreparedNetwork, options: AutomatonOptions = {}) {
    this.#network = network
    this.#usable = usable
    this.#facts = facts
    this.partition = partition
    this.#budget = new WorkBudget(options.workLimit ?? 1_500_000)
    this.#stopAtFirstMatch = options.stopAtFirstMatch ?? false
    this.#emptyRow = new Int32Array(partition.classCount)
    this.#groupOf = new Int32Array(partition.classCount)
    this.#maximumRows = Math.max(16, Math.floor(maximumRowBytes / (4 * partition.classCount + 64)))
    this.#frames = new Frames(network.nodeCount, network.acceptNode)
    this.#closure = new Closure(network, facts, this.#frames, this.#budget)
    this.#intern({ items: noItems, accepting: false })
    this.start = this.#intern(this.#closure.start())
  }

  /** Of a small network, at once. */
  static of(network: Network, options?: AutomatonOptions): Automaton {
    return new Automaton(allAtOnce(prepareNetwork(network)), options)
  }

  get stateCount(): number {
    return this.#items.length
  }

  /**
   * The shortest ways out of its states; takes about as long as compiling did.
   * @param choose which character of a set is written where any would do
   */
  endings(choose: (set: CharSet) => number): Endings {
    const points = this.#network.sets.map((set, index) => (this.#usable[index] === 1 ? choose(set) : -1))
    return new Endings(this, new ShortestTexts(this.#network, points), this.#frames)
  }

  /** What waits for a character: `frame × node count + node`. */
  items(state: number): Float64Array {
    return this.#items[state]!
  }

  /** The nodes that wait for a character. */
  nodesOf(state: number): number[] {
    return Array.from(this.#items[state]!, (item) => item % this.#network.nodeCount)
  }

  /** Classes of characters with which a node that waits for a character goes on waiting; none where a match is the end. */
  loopOf(node: number): ReadonlySet<number> {
    if (this.#stopAtFirstMatch) return new Set()
    return classesOfLoop(this.#network, this.partition, node)
  }

  /**
   * A state that so many more characters cannot tell from this one: the same for all counts far from their limits, which
   * counts no further.
   */
  alike(state: number, farthest: number): number {
    const { nodeCount } = this.#network
    const items = this.#items[state]!
    if (!this.#frames.counts || this.#accepting[state] === true) return state
    const alike = items.map((item) => {
      const frame = Math.floor(item / nodeCount)
      return item + (this.#frames.alike(frame, farthest) - frame) * nodeCount
    })
    if (alike.every((item, index) => item === items[index])) return state
    return this.#intern({ items: Float64Array.from(new Set(alike)).sort(), accepting: false })
  }

  /** Begins a public operation: what follows shares one work budget. */
  beginStep(): void {
    this.#budget.begin()
  }

  /** Whether the text so far is a match. */
  canEnd(state: number): boolean {
    return this.#accepting[state] === true
  }

  /** Whether nothing may follow. */
  isFinal(state: number): boolean {
    return this.#items[state]!.length === 0 && !this.#unfinishedOf.has(state)
  }

  /** Whether what is written may have to be remembered anywhere. */
  get hasMemory(): boolean {
    return this.#network.remembered.includes(1)
  }

  /** Whether what is written must be remembered in a state. */
  remembers(state: number): boolean {
    const base = this.#unfinishedOf.get(state)?.base ?? state
    if (base >= this.#remembering.length) this.#growRemembering(base)
    if (this.#remembering[base] === 0) this.#remembering[base] = this.#findRemembering(base) ? 2 : 1
    return this.#remembering[base] === 2
  }

  #growRemembering(base: number): void {
    const grown = new Uint8Array(2 * base + 1_024)
    grown.set(this.#remembering)
    this.#remembering = grown
  }

  #findRemembering(base: number): boolean {
    const { nodeCount, remembered } = this.#network
    return this.#items[base]!.some((item) => {
      const frame = Math.floor(item / nodeCount)
      return remembered[item - frame * nodeCount] === 1 || this.#frames.leadTo(frame, remembered)
    })
  }

  #repeatRow(state: number): Int32Array {
    const known = this.#repeatRows.get(state)
    if (known !== undefined) return known
    if (this.#repeatRows.size >= maximumRepeatRows) this.#repeatRows.clear()
    const row = this.#expand(state, true)
    this.#repeatRows.set(state, row)
    return row
  }

  /** Next state for each class of characters; `deadState` where none follows. */
  row(state: number): Int32Array {
    const known = this.#rows[state]
    if (known !== undefined) return known
    if (this.#items[state]!.length === 0) return this.#emptyRow
    const row = this.#expand(state)
    if (++this.#rowCount > this.#maximumRows) {
      this.#rows = []
      this.#rowCount = 1
    }
    this.#rows[state] = row
    return row
  }

  /** @param repeats whether an item of a list that ends with the character equals one before it */
  stepCharacter(state: number, point: number, repeats = false): number {
    const characterClass = this.partition.classOf(point)
    if (characterClass < 0) return deadState
    return (repeats ? this.#repeatRow(state) : this.row(state))[characterClass]!
  }

  stepByte(state: number, byte: number): number {
    const { base, prefix } = this.#unfinishedOf.get(state) ?? { base: state, prefix: 0 }
    const next = addByte(prefix, byte)
    if (next === undefined) return deadState
    return 'point' in next ? this.stepCharacter(base, next.point) : this.unfinishedState(base, next.prefix)
  }

  /** The state of a text that was read in two ways; inside a character it is the first. */
  either(one: number, other: number): number {
    if (one === other || other === deadState || this.#unfinishedOf.has(one)) return one
    if (one === deadState) return other
    const items = new Set([...this.#items[one]!, ...this.#items[other]!])
    return this.#intern({
      items: Float64Array.from(items).sort(),
      accepting: this.canEnd(one) || this.canEnd(other),
    })
  }

  /** State after a first part of a character, dead if no character that begins so may follow. */
  unfinishedState(base: number, prefix: number): number {
    const range = prefixRange(prefix)
    if (range === undefined || !this.allowsAny(base, range)) return deadState
    const key = base * 2 ** 24 + prefix
    const known = this.#unfinished.get(key)
    if (known !== undefined) return known
    const state = this.#newState(noItems, false)
    this.#unfinished.set(key, state)
    this.#unfinishedOf.set(state, { base, prefix })
    return state
  }

  /** The state before an unfinished character, and the bytes of it. */
  unfinishedParts(state: number): { base: number; prefix: number } | undefined {
    return this.#unfinishedOf.get(state)
  }

  /** Whether any character of a range may follow. */
  allowsAny(state: number, { minimum, maximum }: CodePointRange): boolean {
    const { intervalStart, intervalClass } = this.partition
    const row = this.row(state)
    for (let index = findInterval(intervalStart, minimum); index < intervalStart.length; index++) {
      if (intervalStart[index]! > maximum) return false
      const characterClass = intervalClass[index]!
      if (characterClass >= 0 && row[characterClass] !== deadState) return true
    }
    return false
  }

  /** Groups the classes by the set of places they lead to, then makes one state per group. */
  #expand(state: number, repeats = false): Int32Array {
    const row = new Int32Array(this.partition.classCount)
    const { seeds, parents, groupOf } = this.#groupTargets(this.#items[state]!)
    const states = new Int32Array(seeds.length)
    for (let characterClass = 0; characterClass < row.length; characterClass++) {
      const group = groupOf[characterClass]!
      if (group < 0) continue
      if (states[group] === deadState) states[group] = this.#stateAfter(group, seeds, parents, repeats)
      row[characterClass] = states[group]!
    }
    return row
  }

  #stateAfter(group: number, seeds: readonly number[], parents: readonly number[], repeats: boolean): number {
    const single = parents[group]! < 0 && !repeats ? seeds[group]! : undefined
    const known = single === undefined ? undefined : this.#afterSeed.get(single)
    if (known !== undefined) return known
    const targets: number[] = []
    for (let link = group; link >= 0; link = parents[link]!) targets.push(seeds[link]!)
    const state = this.#intern(this.#closure.close(targets, repeats))
    if (single === undefined) return state
    if (this.#afterSeed.size >= maximumSeeds) this.#afterSeed.clear()
    this.#afterSeed.set(single, state)
    return state
  }

  /**
   * A group is a chain of seeds. Each edge moves its classes from their group to that group extended by the edge's
   * target, so classes end in the same group exactly if the same edges read them.
   */
  #groupTargets(items: Float64Array): { seeds: number[]; parents: number[]; groupOf: Int32Array } {
    const { nodeCount, characterEdges } = this.#network
    const { classesOf } = this.partition
    const groupOf = this.#groupOf.fill(-1)
    const seeds: number[] = []
    const parents: number[] = []
    // By group, −1 being none: the last edge that extended it, and to what.
    const extendedBy = [-1]
    const extended = [-1]
    let edgeNumber = 0
    for (let index = 0; index < items.length; index++) {
      const item = items[index]!
      const frame = Math.floor(item / nodeCount)
      const node = item - frame * nodeCount
      for (let edge = characterEdges.from[node]!; edge < characterEdges.from[node + 1]!; edge++) {
        const target = characterEdges.to[edge]!
        if (this.#facts.alive[target] === 0) continue
        const classes = classesOf(characterEdges.label[edge]!)
        this.#budget.spend(classes.length)
        edgeNumber++
        for (let position = 0; position < classes.length; position++) {
          const slot = groupOf[classes[position]!]! + 1
          if (extendedBy[slot] !== edgeNumber) {
            extendedBy[slot] = edgeNumber
            extended[slot] = seeds.push(frame * nodeCount + target) - 1
            parents.push(slot - 1)
            extendedBy.push(-1)
            extended.push(-1)
          }
          groupOf[classes[position]!] = extended[slot]!
        }
      }
    }
    return { seeds, parents, groupOf }
  }

  #intern({ items, accepting }: Closed): number {
    const waiting = accepting && this.#stopAtFirstMatch ? noItems : items
    const table = accepting ? this.#acceptingTable : this.#table
    const known = table.find(waiting)
    if (known !== undefined) return known
    const state = this.#newState(waiting, accepting)
    table.add(waiting, state)
    return state
  }

  #newState(items: Float64Array, accepting: boolean): number {
    if (this.#items.length >= maximumStates) {
      throw new ConstraintError('too-large', `The constraint reached ${maximumStates} different states`, {
        hint: 'Compile it again for further texts, or simplify it.',
      })
    }
    this.#accepting.push(accepting)
    return this.#items.push(items) - 1
  }
}
