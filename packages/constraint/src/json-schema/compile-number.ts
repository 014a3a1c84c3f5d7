import { intersectLanguages, type Condition } from '../automaton/intersect-languages.ts'
import { choice, literal, sequence, type Expression } from '../grammar/expression.ts'
import { parseRegexPart } from '../regex/parse-regex.ts'
import { decimalDigits } from './decimals.ts'
import type { Conjunction } from './conjunctions.ts'
import { multiplesOf } from './multiples.ts'
import { readBounds, readNumber } from './read-keywords.ts'
import { invalidSchema, type Json, type Location } from './schema-location.ts'
import type { ValueType } from './value-types.ts'

interface Bound {
  readonly value: number
  readonly exclusive: boolean
}

/**
 * Numbers with bounds, of multiples or without some are written without an exponent.
 * @param types `integer` and `number`, which stands for numbers that are not whole
 * @param mostDigits in each part, or one more than a bound has; may be Infinity
 */
export function compileNumber(
  locations: Conjunction,
  types: ReadonlySet<ValueType>,
  mostDigits: number,
): Expression {
  const conditions = [...readConditions(locations), ...(types.has('integer') ? [] : [fractional])]
  const whole = !types.has('number') || locations.some((location) => readStep(location) === 1)
  const lower = tightestBound(locations, true)
  const upper = tightestBound(locations, false)
  if (lower === undefined && upper === undefined && conditions.length === 0) {
    return anyNumber(whole, mostDigits)
  }
  const inside = between(lower, upper, whole, mostDigits)
  return conditions.length === 0
    ? inside
    : intersectLanguages([{ expression: inside, negate: false }, ...conditions])
}

/** Numbers between bounds that were compiled: people have few different ones. */
const known = new Map<string, Expression>()
const maximumKnown = 500

function between(
  lower: Bound | undefined,
  upper: Bound | undefined,
  whole: boolean,
  mostDigits: number,
): Expression {
  const key = [lower?.value, lower?.exclusive, upper?.value, upper?.exclusive, whole, mostDigits].join()
  const made = known.get(key) ?? compileBetween(lower, upper, whole, mostDigits)
  if (known.size < maximumKnown) known.set(key, made)
  return made
}

function compileBetween(
  lower: Bound | undefined,
  upper: Bound | undefined,
  whole: boolean,
  mostDigits: number,
): Expression {
  const limits = [lower, upper].flatMap((bound) =>
    bound === undefined ? [] : [decimalDigits(Math.abs(bound.value))],
  )
  const longest = Math.max(
    mostDigits,
    ...limits.flatMap(({ integer: a, fraction: b }) => [a.length + 1, b.length + 1]),
  )
  const { integer: digits, fraction } = partsOf(longest)
  const any = `${digits}${whole ? '' : fraction}`
  return choice([positiveNumbers(lower, upper, any), negativeNumbers(lower, upper, any)])
}

const unbounded = new Map<string, Expression>()

function anyNumber(whole: boolean, mostDigits: number): Expression {
  const { integer, fraction } = partsOf(mostDigits)
  const some = `[0-9]${upTo(1, mostDigits)}`
  const pattern = `-?${integer}${whole ? '' : `${fraction}(?:[eE][+-]?${some})?`}`
  const made = unbounded.get(pattern) ?? parseRegexPart(pattern)
  unbounded.set(pattern, made)
  return made
}

const fractional: Condition = {
  expression: parseRegexPart('-?[0-9]+\\.[0-9]*[1-9][0-9]*'),
  negate: false,
}

function readStep(location: Location): number | undefined {
  const step = readNumber(location, 'multipleOf')
  if (step !== undefined && step <= 0)
    throw invalidSchema(`${location.path}/multipleOf`, 'expected a number above 0')
  return step
}

/** What is said of the text of a number beside its limits. */
function readConditions(locations: Conjunction): Condition[] {
  return locations.flatMap((location) => {
    const { demand, path } = location
    const step = readStep(location)
    return [
      ...(step === undefined || step === 1
        ? []
        : [{ expression: multiplesOf(step, `${path}`), negate: false }]),
      ...(demand?.kind === 'no-multiple' ? [{ expression: multiplesOf(demand.of, path), negate: true }] : []),
      ...(demand?.kind === 'unlisted' ? [{ expression: sameNumbers(demand.values), negate: true }] : []),
    ]
  })
}

/** Every way to write one of the numbers without an exponent. */
function sameNumbers(values: readonly Json[]): Expression {
  const numbers = values.filter((value) => typeof value === 'number')
  return choice(
    numbers.map((value) => {
      const { integer, fraction } = decimalDigits(Math.abs(value))
      const sign = value === 0 ? '-?' : value < 0 ? '-' : ''
      return parseRegexPart(`${sign}${integer}${fraction === '' ? '(?:\\.0+)?' : `\\.${fraction}0*`}`)
    }),
  )
}

/** A whole number, and a fraction that may follow, of at most so many digits each. */
function partsOf(mostDigits: number): { integer: string; fraction: string } {
  return {
    integer: `(?:0|[1-9][0-9]${upTo(0, mostDigits - 1)})`,
    fraction: `(?:\\.[0-9]${upTo(1, mostDigits)})?`,
  }
}

function upTo(least: number, most: number): string {
  return most === Infinity ? (least === 0 ? '*' : '+') : `{${least},${most}}`
}

function tightestBound(locations: Conjunction, isLower: boolean): Bound | undefined {
  const bounds = locations.flatMap(readBounds).filter((bound) => bound.isLower === isLower)
  return bounds.reduce<Bound | undefined>((best, bound) => {
    if (best === undefined) return bound
    const difference = isLower ? bound.value - best.value : best.value - bound.value
    return difference > 0 || (difference === 0 && bound.exclusive) ? bound : best
  }, undefined)
}

function positiveNumbers(lower: Bound | undefined, upper: Bound | undefined, any: string): Expression {
  if (upper !== undefined && (upper.value < 0 || (upper.value === 0 && upper.exclusive))) return choice([])
  return magnitudes(lower !== undefined && lower.value >= 0 ? lower : undefined, upper, any)
}

function negativeNumbers(lower: Bound | undefined, upper: Bound | undefined, any: string): Expression {
  if (lower !== undefined && lower.value >= 0) return choice([])
  const least = upper !== undefined && upper.value < 0 ? negate(upper) : { value: 0, exclusive: true }
  return sequence([literal('-'), magnitudes(least, lower === undefined ? undefined : negate(lower), any)])
}

function negate({ value, exclusive }: Bound): Bound {
  return { value: -value, exclusive }
}

/**
 * Decimal numbers without a sign, between two bounds that are not negative.
 * @param any regex of such numbers without bounds
 */
function magnitudes(lower: Bound | undefined, upper: Bound | undefined, any: string): Expression {
  const sides = [
    parseRegexPart(any),
    ...(lower === undefined ? [] : [parseRegexPart(atLeast(lower))]),
    ...(upper === undefined ? [] : [parseRegexPart(atMost(upper))]),
  ]
  return intersectLanguages(sides.map((expression) => ({ expression, negate: false })))
}

function atLeast({ value, exclusive }: Bound): string {
  const { integer, fraction } = decimalDigits(value)
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

function atMost({ value, exclusive }: Bound): string {
  const { integer, fraction } = decimalDigits(value)
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
