import { intersectLanguages, type Condition } from '../automaton/intersect-languages.ts'
import { choice, literal, sequence, type Expression } from '../grammar/expression.ts'
import { parseRegexPart } from '../regex/parse-regex.ts'
import { decimalDigits } from './decimals.ts'
import { magnitudes, type Limit } from './magnitudes.ts'
import { withExponents, everySpelling } from './number-spellings.ts'
import type { Conjunction } from './conjunctions.ts'
import { multiplesOf } from './multiples.ts'
import { keyword, readBounds, readNumber, type Bound } from './read-keywords.ts'
import { invalidSchema, type Location } from './schema-location.ts'
import type { ValueType } from './value-types.ts'

/**
 * Numbers with bounds have an exponent only after a number below ten, multiples and what must not be whole have none.
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
  const hasExponents = !whole && locations.every(isByDigitsOnly) && types.has('integer')
  const inside = between(lower, upper, { whole, hasExponents, mostDigits })
  return conditions.length === 0
    ? inside
    : intersectLanguages([{ expression: inside, negate: false }, ...conditions])
}

/** Whether nothing is said of a number that digits with an exponent do not show. */
function isByDigitsOnly(location: Location): boolean {
  return keyword(location, 'multipleOf') === undefined && location.demand?.kind !== 'no-multiple'
}

interface Spelling {
  readonly whole: boolean
  readonly hasExponents: boolean
  readonly mostDigits: number
}

/** Numbers between bounds that were compiled: people have few different ones. */
const known = new Map<string, Expression>()
const maximumKnown = 500

function between(lower: Bound | undefined, upper: Bound | undefined, spelling: Spelling): Expression {
  const key = JSON.stringify([lower, upper, spelling, spelling.mostDigits === Infinity])
  const made = known.get(key) ?? compileBetween(lower, upper, spelling)
  if (known.size < maximumKnown) known.set(key, made)
  return made
}

function compileBetween(
  lower: Bound | undefined,
  upper: Bound | undefined,
  { whole, hasExponents, mostDigits }: Spelling,
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
  const signless = (from: Limit | undefined, to: Limit | undefined): Expression =>
    choice([magnitudes(from, to, any), ...(hasExponents ? [withExponents(from, to, mostDigits)] : [])])
  return choice([positiveNumbers(lower, upper, signless), negativeNumbers(lower, upper, signless)])
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
      ...(demand?.kind === 'unlisted' ? [{ expression: everySpelling(demand.values), negate: true }] : []),
    ]
  })
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

type Signless = (from: Limit | undefined, to: Limit | undefined) => Expression

function positiveNumbers(lower: Bound | undefined, upper: Bound | undefined, signless: Signless): Expression {
  if (upper !== undefined && (upper.value < 0 || (upper.value === 0 && upper.exclusive))) return choice([])
  return signless(
    lower !== undefined && lower.value >= 0 ? limitOf(lower) : undefined,
    upper && limitOf(upper),
  )
}

function negativeNumbers(lower: Bound | undefined, upper: Bound | undefined, signless: Signless): Expression {
  if (lower !== undefined && lower.value >= 0) return choice([])
  const least = upper !== undefined && upper.value < 0 ? upper : { value: 0, exclusive: true }
  return sequence([literal('-'), signless(limitOf(least), lower && limitOf(lower))])
}

/** How far from zero. */
function limitOf({ value, exclusive }: Pick<Bound, 'value' | 'exclusive'>): Limit {
  return { ...decimalDigits(Math.abs(value)), exclusive }
}
