import { CharSet } from 'refa'
import { ConstraintError } from '../errors/constraint-error.ts'
import { maximumCodePoint } from '../grammar/characters.ts'
import { characters, type Expression, type Graph } from '../grammar/expression.ts'
import { deadState, type Automaton } from './automaton.ts'
import { automatonOf } from './matches-text.ts'

/** A language that texts must be in, or must not be in. Its expression calls no rules. */
export interface Condition {
  readonly expression: Expression
  readonly negate: boolean
}

const maximumNodes = 20_000
/** Lists of states that a next one is compared with before it is looked up. */
const mostCompared = 4

/** States that several products may still take together. */
export interface Room {
  left: number
}

/**
 * The texts that meet all conditions, as one finite automaton: the product of theirs, as far as it can be reached.
 * @param room shared with other products
 * @throws {ConstraintError} `too-large` past 20,000 nodes, or what room is left
 */
export function intersectLanguages(
  conditions: readonly Condition[],
  room?: Room,
): Expression & { kind: 'graph' } {
  const { size, edges, verdicts } = multiplyWithin(conditions, [], room)
  return { kind: 'graph', graph: { size, edges, finals: [...verdicts.keys()] } }
}

/**
 * The texts that meet all conditions, by which of some other languages they are in.
 * @throws {ConstraintError} `too-large` past 20,000 nodes
 */
export function classifyLanguages(
  conditions: readonly Condition[],
  languages: readonly Expression[],
  room?: Room,
): { within: readonly boolean[]; expression: Expression & { kind: 'graph' } }[] {
  const { size, edges, verdicts } = multiplyWithin(conditions, languages, room)
  const classes = new Map<string, { within: readonly boolean[]; finals: number[] }>()
  for (const [node, within] of verdicts) {
    const key = within.join()
    const known = classes.get(key)
    if (known === undefined) classes.set(key, { within, finals: [node] })
    else known.finals.push(node)
  }
  return [...classes.values()].map(({ within, finals }) => ({
    within,
    expression: { kind: 'graph', graph: { size, edges, finals } },
  }))
}

/** @throws {ConstraintError} `too-large` where there is not so much left */
export function spendRoom(room: Room, nodes: number): void {
  room.left -= nodes
  if (room.left < 0) throw tooManyStates()
}

function tooManyStates(): ConstraintError {
  return new ConstraintError(
    'too-large',
    `Combining the conditions on one text takes more than ${maximumNodes} states, or too much work`,
    { hint: 'Lower the bounds of repeats, or drop one of the conditions.' },
  )
}

interface Product {
  readonly size: number
  readonly edges: Graph['edges']
  /** Nodes where a text may end that meets the conditions, and which of the languages it is in. */
  readonly verdicts: ReadonlyMap<number, readonly boolean[]>
}

/** What may be read in too many ways to be multiplied is too large: one product has the work of one step. */
function multiplyWithin(...product: Parameters<typeof multiply>): Product {
  try {
    return multiply(...product)
  } catch (error) {
    throw error instanceof ConstraintError && error.code === 'too-ambiguous' ? tooManyStates() : error
  }
}

function multiply(
  conditions: readonly Condition[],
  languages: readonly Expression[],
  room: Room = { left: maximumNodes },
): Product {
  const expressions = [...conditions.map(({ expression }) => expression), ...languages]
  const automata = expressions.map(automatonOf)
  // Once, so that one budget holds for the whole product.
  automata.forEach((automaton) => automaton.beginStep())
  const joint = joinPartitions(automata)
  const isNeeded = conditions.map(({ negate }) => !negate)
  const queue: number[][] = []
  const numberOf = numberLists()
  const nodeFor = (states: number[]) => {
    const node = numberOf(states)
    if (node < queue.length) return node
    if (node >= maximumNodes) throw tooManyStates()
    spendRoom(room, 1)
    queue.push(states)
    return node
  }
  nodeFor(automata.map(({ start }) => start))
  const targets: number[] = []
  const isSame = (list: readonly number[]) => list.every((target, index) => target === targets[index])
  /** Classes of characters by the node that they lead to: many of them lead to few. */
  const leadingTo = (rows: readonly Int32Array[]): Map<number, number[]> => {
    const labels = new Map<number, number[]>()
    const latest: { list: readonly number[]; numbers: number[] }[] = []
    for (let number = 0; number < joint.length; number++) {
      if (!followAll(rows, joint[number]!.classes)) continue
      const known = latest.find(({ list }) => isSame(list))
      if (known !== undefined) {
        known.numbers.push(number)
        continue
      }
      const list = [...targets]
      const target = nodeFor(list)
      const numbers = labels.get(target) ?? []
      labels.set(target, numbers)
      numbers.push(number)
      latest.unshift({ list, numbers })
      latest.length = Math.min(latest.length, mostCompared)
    }
    return labels
  }
  /** Fills `targets`; false where a condition that must hold can hold no more. */
  const followAll = (rows: readonly Int32Array[], classes: readonly number[]): boolean => {
    for (let index = 0; index < rows.length; index++) {
      const target = classes[index]! < 0 ? deadState : rows[index]![classes[index]!]!
      if (target === deadState && isNeeded[index] === true) return false
      targets[index] = target
    }
    return true
  }
  const edges: Graph['edges'][number][] = []
  const verdicts = new Map<number, readonly boolean[]>()
  const labelOf = uniteClasses(joint.map(({ set }) => set))
  for (let node = 0; node < queue.length; node++) {
    const states = queue[node]!
    const ends = states.map((state, index) => automata[index]!.canEnd(state))
    if (conditions.every(({ negate }, index) => ends[index] !== negate))
      verdicts.set(node, ends.slice(conditions.length))
    const rows = automata.map((automaton, index) => automaton.row(states[index]!))
    for (const [to, numbers] of leadingTo(rows)) edges.push({ from: node, to, label: labelOf(numbers) })
  }
  return { size: queue.length, edges, verdicts }
}

/** Numbers lists of states, all equally long, by the order in which they come up. */
function numberLists(): (states: readonly number[]) => number {
  // By number of what comes before × 2²¹ + state, a list being numbered as what comes before its last is.
  const levels: Map<number, number>[] = []
  return (states) => {
    let number = 0
    states.forEach((state, index) => {
      const level = (levels[index] ??= new Map())
      const key = number * 2 ** 21 + state
      number = level.get(key) ?? level.size
      level.set(key, number)
    })
    return number
  }
}

/** The characters of some classes, made once for the same ones. */
function uniteClasses(sets: readonly CharSet[]): (numbers: readonly number[]) => Expression {
  const known = new Map<string, Expression>()
  return (numbers) => {
    const key = numbers.join()
    const made =
      known.get(key) ??
      characters(CharSet.empty(maximumCodePoint).union(...numbers.map((number) => sets[number]!)))
    known.set(key, made)
    return made
  }
}

/** The coarsest classes of characters that every automaton reads alike; a class of −1 is read by none. */
function joinPartitions(automata: readonly Automaton[]): { set: CharSet; classes: number[] }[] {
  const borders = new Set(automata.flatMap(({ partition }) => [...partition.intervalStart]))
  const starts = [...borders].sort((a, b) => a - b)
  const joint: { ranges: { min: number; max: number }[]; classes: number[] }[] = []
  const numberOf = numberLists()
  starts.forEach((min, index) => {
    const classes = automata.map(({ partition }) => partition.classOf(min))
    const number = numberOf(classes.map((characterClass) => characterClass + 1))
    const { ranges } = (joint[number] ??= { ranges: [], classes })
    ranges.push({ min, max: (starts[index + 1] ?? maximumCodePoint + 1) - 1 })
  })
  return joint.map(({ ranges, classes }) => ({
    set: CharSet.empty(maximumCodePoint).union(ranges),
    classes,
  }))
}
