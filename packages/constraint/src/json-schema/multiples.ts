import { charactersOf } from '../grammar/characters.ts'
import {
  characters,
  literal,
  optional,
  sequence,
  type Expression,
  type Graph,
} from '../grammar/expression.ts'
import { decimalDigits } from './decimals.ts'
import { refuseKeyword } from './schema-location.ts'

const maximumStates = 8_000
const decimals = [...'0123456789']

/**
 * Decimals without an exponent that are multiples of a step: what is left when the digits so far are divided by it, for
 * each place after the point that it has.
 * @param path of the schema that says so
 */
export function multiplesOf(step: number, path: string): Expression {
  const { integer, fraction } = decimalDigits(step)
  const divisor = Number(integer + fraction)
  const places = fraction.length
  if (divisor * (places + 2) > maximumStates) {
    throw refuseKeyword(
      path,
      'multipleOf',
      `Steps of up to about ${maximumStates / (places + 2)} of their last places can be enforced, not ${step}.`,
    )
  }
  const scale = 10 ** places % divisor
  const finals: number[] = []
  const edges: Graph['edges'][number][] = []
  // Node 0 is before all digits; then one for each rest in each place; at last only zeros follow.
  const node = (place: number, rest: number): number => 1 + place * divisor + rest
  const zeros = node(places + 1, 0)
  const step10 = (from: number, to: (rest: number) => number, rest: number): void => {
    const targets = new Map<number, string>()
    decimals.forEach((digit, value) => {
      const target = to((rest * 10 + value) % divisor)
      targets.set(target, (targets.get(target) ?? '') + digit)
    })
    for (const [target, digits] of targets)
      edges.push({ from, to: target, label: characters(charactersOf(digits)) })
  }
  step10(0, (rest) => node(0, rest), 0)
  for (let rest = 0; rest < divisor; rest++) {
    step10(node(0, rest), (next) => node(0, next), rest)
    if ((rest * scale) % divisor === 0) finals.push(node(0, rest))
    const point = literal('.')
    if (places === 0) {
      if (rest === 0) edges.push({ from: node(0, 0), to: zeros, label: sequence([point, literal('0')]) })
      continue
    }
    edges.push({ from: node(0, rest), to: zeros + 1 + rest, label: point })
    step10(zeros + 1 + rest, (next) => node(1, next), rest)
    for (let place = 1; place <= places; place++) {
      if ((rest * 10 ** (places - place)) % divisor === 0) finals.push(node(place, rest))
      if (place < places) step10(node(place, rest), (next) => node(place + 1, next), rest)
    }
  }
  if (places > 0) edges.push({ from: node(places, 0), to: zeros, label: literal('0') })
  edges.push({ from: zeros, to: zeros, label: literal('0') })
  finals.push(zeros)
  const size = zeros + 1 + divisor
  return sequence([optional(literal('-')), { kind: 'graph', graph: { size, finals, edges } }])
}
