import { intersectLanguages } from '../automaton/intersect-languages.ts'
import type { Expression } from '../grammar/expression.ts'
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
    ...(lower === undefined ? [] : [parseRegexPart(atLeast(lower))]),
    ...(upper === undefined ? [] : [parseRegexPart(atMost(upper))]),
  ]
  return intersectLanguages(sides.map((expression) => ({ expression, negate: false })))
}

function atLeast({ integer, fraction, exclusive }: Limit): string {
  const last = integer.length - 1
  const greater = [
    `[1-9][0-9]{${integer.length},}`,
    ...differingDigit(integer, (digit) => [digit + 1, 9]).map(
      (prefix) => `${prefix.text}[0-9]{${last - prefix.index}}`,
    ),
  ]
  const beyond = fraction.length === 0 ? [] : differingDigit(fraction, (digit) => [digit + 1, 9])
  const same = exclusive ? '[0-9]*[1-9][0-9]*' : '[0-9]*'
  const fractions = [...beyond.map(({ text }) => `${text}[0-9]*`), `${fraction}${same}`]
  const without = fraction.length === 0 && !exclusive ? '?' : ''
  return `(?:${greater.join('|')})(?:\\.[0-9]+)?|${integer}(?:\\.(?:${fractions.join('|')}))${without}`
}

function atMost({ integer, fraction, exclusive }: Limit): string {
  const last = integer.length - 1
  const less = [
    ...(integer.length > 1 ? ['0', `[1-9][0-9]{0,${integer.length - 2}}`] : []),
    ...differingDigit(integer, (digit, index) => [index === 0 && last > 0 ? 1 : 0, digit - 1]).map(
      (prefix) => `${prefix.text}[0-9]{${last - prefix.index}}`,
    ),
  ]
  const below = [
    ...differingDigit(fraction, (digit) => [0, digit - 1]).map(({ text }) => `${text}[0-9]*`),
    ...Array.from({ length: Math.max(0, fraction.length - 1) }, (_, index) => fraction.slice(0, index + 1)),
    ...(exclusive ? [] : [`${fraction}0*`]),
  ]
  const without = fraction.length > 0 || !exclusive
  const same = [
    ...(without ? [integer] : []),
    ...(below.length > 0 ? [`${integer}\\.(?:${below.join('|')})`] : []),
  ]
  const smaller = less.length > 0 ? [`(?:${less.join('|')})(?:\\.[0-9]+)?`] : []
  return [...smaller, ...same].join('|')
}

/** Digits that agree with a number up to an index, then differ within bounds: a regex for each such index. */
function differingDigit(digits: string, bounds: (digit: number, index: number) => [number, number]) {
  return [...digits].flatMap((digit, index) => {
    const [low, high] = bounds(Number(digit), index)
    return low > high ? [] : [{ text: `${digits.slice(0, index)}[${low}-${high}]`, index }]
  })
}
