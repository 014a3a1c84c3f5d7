import {
  literal,
  nothing,
  sequence,
  repeat,
  choice,
  optional,
  type Expression,
  type Graph,
} from '../grammar/expression.ts'
import type { Conjunction } from './conjunctions.ts'
import { keyword } from './read-keywords.ts'
import { refuseKeyword } from './schema-location.ts'
import type { ValueCompiler } from './value-compiler.ts'

/** A key and its value; which demands of the object it meets, as bits. */
export interface Member {
  readonly pair: Expression
  readonly meets: number
  /** Of properties that are not named: how many keys there are, up to one more than can be remembered. */
  readonly countKeys?: () => number
}

export interface Limits {
  readonly minimum: number
  readonly maximum: number
  /** How many demands must be met, each by some member. */
  readonly demands: number
  /** Where these limits stand. */
  readonly locations: Conjunction
}

const maximumNodes = 20_000

/**
 * A node for each property that is next, how many were written (none, or so many that a comma is due), and which
 * demands were met.
 *
 *   0 ──a──▸ 1'──,b──▸ 2'      without a: 0 ──▸ 1,  without b: 1' ──▸ 2'
 */
export function listProperties(
  pairs: readonly { members: readonly Member[]; required: boolean }[],
  additional: readonly Member[],
  limits: Limits,
  compiler: ValueCompiler,
): Expression {
  const { space } = compiler
  const isCounted = limits.minimum > 1 || limits.maximum !== Infinity
  if (limits.maximum < limits.minimum) return choice([])
  if (pairs.length === 0 && limits.demands === 0 && isCounted)
    return countMembers(choice(additional.map(({ pair }) => pair)), limits, space)
  if (compiler.anyOrder && limits.demands === 0 && canBeUnordered(pairs, additional, limits))
    return inAnyOrder(pairs, additional, limits, compiler)
  const { minimum, maximum, all, most } = measure(pairs, additional, limits)
  // Where properties are counted each is written many times over.
  compiler.spend(most * (all + 1) === 1 ? 0 : (pairs.length + 1) * (most + 1) * (all + 1))
  const share = (label: Expression): Expression => (most > 1 || all > 0 ? compiler.share(label) : label)
  const last = pairs.length
  const node = (index: number, count: number, met: number): number =>
    (index * (most + 1) + count) * (all + 1) + met
  const end = node(last + 1, 0, 0)
  const edges: Graph['edges'][number][] = []
  const finals: number[] = []
  const add = (members: readonly Member[], from: number, to: number, count: number, met: number): void => {
    if (count >= maximum) return
    const next = Math.min(count + 1, most)
    for (const { label, meets } of members.map(({ pair, meets }) => ({ label: labels.get(pair)!, meets }))) {
      const whole = count === 0 ? label : afterOthers(label, compiler)
      edges.push({ from: node(from, count, met), to: node(to, next, met | meets), label: whole })
    }
  }
  const everyMember = [...pairs.flatMap(({ members }) => members), ...additional]
  const labels = new Map(everyMember.map(({ pair }) => [pair, share(pair)]))
  for (let count = 0; count <= most; count++) {
    for (let met = 0; met <= all; met++) {
      pairs.forEach(({ members, required }, index) => {
        add(members, index, index + 1, count, met)
        if (required) return
        edges.push({ from: node(index, count, met), to: node(index + 1, count, met), label: nothing })
      })
      add(additional, last, last, count, met)
      if (met !== all || count < minimum) continue
      // After the last property, so that an empty object has its whitespace once.
      if (count === 0) finals.push(node(last, 0, met))
      else edges.push({ from: node(last, count, met), to: end, label: space })
    }
  }
  return { kind: 'graph', graph: { size: end + 1, finals: [...finals, end], edges } }
}

/** Whether what the limits ask for can be told of properties in any order: without additional ones all are counted. */
function canBeUnordered(
  pairs: readonly { members: readonly Member[]; required: boolean }[],
  additional: readonly Member[],
  { minimum, maximum }: Limits,
): boolean {
  const required = pairs.filter((pair) => pair.required).length
  if (additional.length > 0) return minimum <= Math.max(required, 1) && maximum === Infinity
  return maximum > 0 && (required === 0 || maximum >= pairs.length)
}

function inAnyOrder(
  pairs: readonly { members: readonly Member[]; required: boolean }[],
  additional: readonly Member[],
  { minimum, maximum }: Limits,
  compiler: ValueCompiler,
): Expression {
  if (pairs.some(({ members, required }) => required && members.length === 0)) return choice([])
  const members = pairs.flatMap(({ members, required }) =>
    members.map(({ pair }) => ({ item: compiler.share(pair), required })),
  )
  if (additional.length === 0 && members.length < minimum) return choice([])
  const counts = additional.length === 0 ? { minimum, maximum } : { minimum: 1, maximum: Infinity }
  const isCounted = minimum > 0 || (additional.length === 0 && maximum < members.length)
  return {
    kind: 'unordered',
    members,
    rest: additional.length === 0 ? undefined : compiler.share(choice(additional.map(({ pair }) => pair))),
    ...(isCounted && { counts }),
    separator: separator(compiler.space),
    end: compiler.space,
  }
}

/** How far is counted: to the limits, where properties could pass them at all. */
function measure(
  pairs: readonly { members: readonly Member[]; required: boolean }[],
  additional: readonly Member[],
  { minimum, maximum, demands, locations }: Limits,
): { minimum: number; maximum: number; all: number; most: number } {
  const required = pairs.filter((pair) => pair.required).length
  const least = minimum <= required ? 0 : minimum
  const highest = additional.length === 0 && maximum >= pairs.length ? Infinity : maximum
  const most = Math.max(1, highest === Infinity ? least : highest)
  const all = 2 ** demands - 1
  if ((pairs.length + 1) * (most + 1) * (all + 1) > maximumNodes) {
    const name = highest === Infinity ? 'minProperties' : 'maxProperties'
    const { path } = locations.find((location) => keyword(location, name) !== undefined) ?? locations[0]!
    throw refuseKeyword(path, name, 'Beside so many named properties a lower number can be counted.')
  }
  return { minimum: least, maximum: highest, all, most }
}

/** Where no property is named, any number can be counted. */
function countMembers(member: Expression, { minimum, maximum }: Limits, space: Expression): Expression {
  if (maximum === 0) return nothing
  const others = repeat(sequence([separator(space), member]), Math.max(0, minimum - 1), maximum - 1)
  const some = sequence([member, others, space])
  return minimum === 0 ? optional(some) : some
}

/** A pair that is not the first; once, where alternatives share it. */
function afterOthers(label: Expression, compiler: ValueCompiler): Expression {
  const make = (): Expression => sequence([separator(compiler.space), label])
  const isShared = compiler.isOneOfSeveral && label.kind === 'rule'
  return isShared ? compiler.once(JSON.stringify([',', label.name]), make) : make()
}

function separator(space: Expression): Expression {
  return sequence([space, literal(','), space])
}
