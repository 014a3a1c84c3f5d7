import { ArrayTable } from '../automaton/array-table.ts'
import { deadState, type Automaton } from '../automaton/automaton.ts'
import type { Vocabulary } from '../vocabulary/vocabulary.ts'

/** A union of character classes that lead to one state. */
export interface ClassGroup {
  readonly classes: readonly number[]
  /** Equal for groups of the same characters, whatever the constraint. */
  readonly number: number
  readonly contains: (point: number) => boolean
}

export interface MainGroup {
  readonly group: ClassGroup
  readonly target: number
  /** Of the tokens whose first character may follow, the share that begin with others. */
  readonly others: number
}

/** What may follow a state, summed up so that a walk need not try every child. */
export interface StateShape {
  /** The state that most tokens' characters lead to, if that is worth a bitset. */
  readonly main: MainGroup | undefined
  /** Every character that may follow, if they are few. */
  readonly points: Int32Array | undefined
  /** Those outside the main group, if they are few. */
  readonly pointsOutside: Int32Array | undefined
  /** Whether any character beyond ASCII may follow, which takes several bytes. */
  readonly beyondAscii: boolean
}

const fewPoints = 40
/** Shapes kept before all are dropped. */
const maximumShapes = 100_000

export class StateShapes {
  readonly #automaton: Automaton
  readonly #vocabulary: Vocabulary
  readonly #weights: Float64Array
  readonly #worthwhile: number
  /** Characters of each class, if they are few. */
  readonly #pointsOf: (readonly number[] | undefined)[]
  readonly #isBeyondAscii: readonly boolean[]
  readonly #groupNumbers = new ArrayTable()
  readonly #groups: ClassGroup[] = []
  #shapes: (StateShape | undefined)[] = []
  #kept = 0

  /** @param worthwhile how many tokens must begin with a character of a class before it is grouped */
  constructor(automaton: Automaton, vocabulary: Vocabulary, worthwhile: number) {
    this.#automaton = automaton
    this.#vocabulary = vocabulary
    this.#worthwhile = worthwhile
    this.#weights = weighClasses(automaton, vocabulary)
    this.#pointsOf = listFewPoints(automaton)
    this.#isBeyondAscii = findBeyondAscii(automaton)
  }

  of(state: number): StateShape {
    const known = this.#shapes[state]
    if (known !== undefined) return known
    const shape = this.#describe(this.#automaton.row(state))
    if (++this.#kept > maximumShapes) {
      this.#shapes = []
      this.#kept = 1
    }
    this.#shapes[state] = shape
    return shape
  }

  /** Characters of a class, if they are few. */
  pointsOf(characterClass: number): readonly number[] | undefined {
    return this.#pointsOf[characterClass]
  }

  /** Where all characters of a group lead, or `undefined` if not all to the same state. */
  targetOf(state: number, group: ClassGroup): number | undefined {
    const row = this.#automaton.row(state)
    const target = row[group.classes[0]!]!
    for (let index = 1; index < group.classes.length; index++) {
      if (row[group.classes[index]!] !== target) return undefined
    }
    return target
  }

  #describe(row: Int32Array): StateShape {
    const heaviest = this.#heaviestTarget(row)
    const main = heaviest && {
      ...heaviest,
      group: this.#groupOf(row, (next) => next === heaviest.target),
    }
    return {
      main,
      points: this.#fewPointsOf(row, deadState),
      pointsOutside: main === undefined ? undefined : this.#fewPointsOf(row, main.target),
      beyondAscii: this.#isBeyondAscii.some((beyond, index) => beyond && row[index] !== deadState),
    }
  }

  #heaviestTarget(row: Int32Array): { target: number; others: number } | undefined {
    const weights = new Map<number, number>()
    let heaviest: number | undefined
    let most = this.#worthwhile
    let all = 0
    for (let index = 0; index < row.length; index++) {
      const target = row[index]!
      if (target === deadState || this.#weights[index] === 0) continue
      const weight = (weights.get(target) ?? 0) + this.#weights[index]!
      weights.set(target, weight)
      all += this.#weights[index]!
      if (weight < most) continue
      most = weight
      heaviest = target
    }
    return heaviest === undefined ? undefined : { target: heaviest, others: 1 - most / all }
  }

  #groupOf(row: Int32Array, leadsThere: (target: number) => boolean): ClassGroup {
    const classes: number[] = []
    for (let index = 0; index < row.length; index++) if (leadsThere(row[index]!)) classes.push(index)
    const content = new Float64Array(classes)
    const known = this.#groupNumbers.find(content)
    if (known !== undefined) return this.#groups[known]!
    const { intervalStart, intervalClass, classOf } = this.#automaton.partition
    const member = new Uint8Array(this.#automaton.partition.classCount)
    for (const index of classes) member[index] = 1
    const isMember = (index: number | undefined) => index !== undefined && index >= 0 && member[index] === 1
    const borders = Array.from(intervalStart).filter(
      (_, index) => isMember(intervalClass[index]) !== isMember(intervalClass[index - 1]),
    )
    const number = this.#vocabulary.splits.classNumber(borders.join())
    const group: ClassGroup = { classes, number, contains: (point) => isMember(classOf(point)) }
    this.#groupNumbers.add(content, this.#groups.push(group) - 1)
    return group
  }

  #fewPointsOf(row: Int32Array, except: number): Int32Array | undefined {
    const found: number[] = []
    for (let index = 0; index < row.length; index++) {
      if (row[index] === deadState || row[index] === except) continue
      const points = this.#pointsOf[index]
      if (points === undefined || found.length + points.length > fewPoints) return undefined
      found.push(...points)
    }
    return Int32Array.from(found).sort()
  }
}

/** How many tokens begin with a character of each class. */
function weighClasses({ partition }: Automaton, { firstLabels }: Vocabulary): Float64Array {
  const { intervalStart, intervalClass, classCount, end } = partition
  const weights = new Float64Array(classCount)
  const { labels, tokensBefore } = firstLabels
  let first = 0
  for (let index = 0; index < intervalStart.length && first < labels.length; index++) {
    const before = intervalStart[index + 1] ?? end
    let last = first
    while (last < labels.length && labels[last]! < before) last++
    if (intervalClass[index]! >= 0)
      weights[intervalClass[index]!]! += tokensBefore[last]! - tokensBefore[first]!
    first = last
  }
  return weights
}

function listFewPoints({ partition }: Automaton): (readonly number[] | undefined)[] {
  const { intervalStart, intervalClass, classCount, end } = partition
  const lists: (number[] | undefined)[] = Array.from({ length: classCount }, () => [])
  intervalStart.forEach((start, index) => {
    const list = lists[intervalClass[index]!]
    if (list === undefined) return
    const length = (intervalStart[index + 1] ?? end) - start
    if (list.length + length > fewPoints) lists[intervalClass[index]!] = undefined
    else for (let point = start; point < start + length; point++) list.push(point)
  })
  return lists
}

function findBeyondAscii({ partition }: Automaton): boolean[] {
  const { intervalStart, intervalClass, classCount, end } = partition
  const beyond = Array.from({ length: classCount }, () => false)
  intervalClass.forEach((index, interval) => {
    if (index >= 0 && (intervalStart[interval + 1] ?? end) > 0x80) beyond[index] = true
  })
  return beyond
}
