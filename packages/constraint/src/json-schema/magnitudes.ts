import { intersectLanguages } from '../automaton/intersect-languages.ts'
import { charactersBetween } from '../grammar/characters.ts'
import { characters, choice, literal, sequence, type Expression } from '../grammar/expression.ts'
import { parseRegexPart } from '../regex/parse-regex.ts'
import type { Digits } from './decimals.ts'

/** A bound that is not negative. */
export interface Limit extends Digits {
  readonly exclusive: boolean
}

/**
 * Decimal numbers without a sign, between two bounds that are not negative.
 * @param any regex of such numbers without bounds
 */
export function magnitudes(lower: Limit | undefined, upper: Limit | undefined, any: string): Expression {
  const sides = [
    parseRegexPart(any),
    ...(lower === undefined ? [] : [atLeast(lower)]),
    ...(upper === undefined ? [] : [atMost(upper)]),
  ]
  return intersectLanguages(sides.map((expression) => ({ expression, negate: false })))
}

const anyFraction = parseRegexPart('(?:\\.[0-9]+)?')

function atLeast({ integer, fraction, exclusive }: Limit): Expression {
  const greater = choice([
    parseRegexPart(`[1-9][0-9]{${integer.length},}`),
    equallyLong(integer, (digit) => [digit + 1, 9]),
  ])
  const beyond = fraction.length === 0 ? [] : differingDigit(fraction, (digit) => [digit + 1, 9])
  const same = exclusive ? '[0-9]*[1-9][0-9]*' : '[0-9]*'
  const fractions = [...beyond.map((text) => `${text}[0-9]*`), `${fraction}${same}`]
  const without = fraction.length === 0 && !exclusive ? '?' : ''
  return choice([
    sequence([greater, anyFraction]),
    parseRegexPart(`${integer}(?:\\.(?:${fractions.join('|')}))${without}`),
  ])
}

function atMost({ integer, fraction, exclusive }: Limit): Expression {
  const last = integer.length - 1
  const less = choice([
    ...(last > 0 ? [parseRegexPart(`0|[1-9][0-9]{0,${last - 1}}`)] : []),
    equallyLong(integer, (digit, index) => [index === 0 && last > 0 ? 1 : 0, digit - 1]),
  ])
  const below = [
    ...differingDigit(fraction, (digit) => [0, digit - 1]).map((text) => `${text}[0-9]*`),
    ...Array.from({ length: Math.max(0, fraction.length - 1) }, (_, index) => fraction.slice(0, index + 1)),
    ...(exclusive ? [] : [`${fraction}0*`]),
  ]
  const without = fraction.length > 0 || !exclusive
  const same = [
    ...(without ? [integer] : []),
    ...(below.length > 0 ? [`${integer}\\.(?:${below.join('|')})`] : []),
  ]
  return choice([sequence([less, anyFraction]), ...(same.length > 0 ? [parseRegexPart(same.join('|'))] : [])])
}

type Between = (digit: number, index: number) => [number, number]

/**
 * As many digits as a number has, which agree with it up to one that is within bounds: a node after each digit that agrees
 * and one after each that need not, so that numbers of hundreds of digits are as many nodes.
 */
function equallyLong(digits: string, between: Between): Expression {
  const { length } = digits
  const edges = [...digits].flatMap((digit, index) => {
    const [low, high] = between(Number(digit), index)
    return [
      { from: index, to: index + 1, label: literal(digit) },
      ...(low > high ? [] : [{ from: index, to: length + index + 1, label: oneOf(low, high) }]),
      ...(index === 0 ? [] : [{ from: length + index, to: length + index + 1, label: oneOf(0, 9) }]),
    ]
  })
  return { kind: 'graph', graph: { size: 2 * length + 1, finals: [2 * length], edges } }
}

function oneOf(low: number, high: number): Expression {
  return characters(charactersBetween(0x30 + low, 0x30 + high))
}

/** Digits that agree with a number up to an index, then differ within bounds: a regex for each such index. */
function differingDigit(digits: string, between: Between): string[] {
  return [...digits].flatMap((digit, index) => {
    const [low, high] = between(Number(digit), index)
    return low > high ? [] : [`${digits.slice(0, index)}[${low}-${high}]`]
  })
}
