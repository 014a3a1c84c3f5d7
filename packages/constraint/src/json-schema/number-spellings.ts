import { choice, literal, sequence, type Expression } from '../grammar/expression.ts'
import { parseRegexPart } from '../regex/parse-regex.ts'
import { decimalDigits, scientificDigits } from './decimals.ts'
import { magnitudes, type Limit } from './magnitudes.ts'
import type { Json } from './schema-location.ts'

/** Of powers of ten on both sides of zero: beyond, what a reader makes of a number may be zero or no number. */
const farthestExponent = 300
const maximumKnown = 1_000

/**
 * Numbers without a sign between two bounds as a number from one to below ten and an exponent: `1e-06`, as Python writes what
 * is very small or large.
 * @param mostDigits after the point; may be Infinity
 */
export function withExponents(
  lower: Limit | undefined,
  upper: Limit | undefined,
  mostDigits: number,
): Expression {
  const any = `[1-9](?:\\.[0-9]${mostDigits === Infinity ? '+' : `{1,${mostDigits}}`})?`
  const least = lower !== undefined && isAboveZero(lower) ? scientificDigits(lower) : undefined
  const from = least && { ...least.mantissa, exclusive: lower!.exclusive }
  if (upper !== undefined && !isAboveZero(upper)) return choice([])
  const most = upper && scientificDigits(upper)
  const to = most && { ...most.mantissa, exclusive: upper!.exclusive }
  if (least !== undefined && most !== undefined && least.exponent > most.exponent) return choice([])
  if (least !== undefined && least.exponent === most?.exponent)
    return sequence([magnitudes(from, to, any), exponents(least.exponent, least.exponent)])
  return choice([
    ...(least === undefined
      ? []
      : [sequence([magnitudes(from, undefined, any), exponents(least.exponent, least.exponent)])]),
    sequence([
      parseRegexPart(any),
      exponents((least?.exponent ?? -Infinity) + 1, (most?.exponent ?? Infinity) - 1),
    ]),
    ...(most === undefined
      ? []
      : [sequence([magnitudes(undefined, to, any), exponents(most.exponent, most.exponent)])]),
  ])
}

function isAboveZero({ integer, fraction }: Limit): boolean {
  return integer !== '0' || fraction !== ''
}

/** Exponents that were compiled: numbers have few different ones. */
const known = new Map<string, Expression>()

/** Exponents between two, as far as they are near enough; none where the first is beyond the last. */
function exponents(from: number, to: number): Expression {
  const [first, last] = [Math.max(from, -farthestExponent), Math.min(to, farthestExponent)]
  if (first > last) return choice([])
  const key = `${first} ${last}`
  const made = known.get(key) ?? (first === last ? singleExponent(first) : severalExponents(first, last))
  if (known.size < maximumKnown) known.set(key, made)
  return made
}

function singleExponent(exponent: number): Expression {
  const sign = exponent === 0 ? '[+-]?' : exponent > 0 ? '\\+?' : '-'
  return parseRegexPart(`[eE]${sign}0{0,2}${Math.abs(exponent)}`)
}

function severalExponents(first: number, last: number): Expression {
  const signless = (least: number, most: number): Expression => {
    const limits = [least, most].map((value) => ({ ...decimalDigits(value), exclusive: false }))
    return sequence([leadingZeros, magnitudes(limits[0], limits[1], '(?:0|[1-9][0-9]{0,2})')])
  }
  return sequence([
    parseRegexPart('[eE]'),
    choice([
      ...(last >= 0 ? [sequence([parseRegexPart('\\+?'), signless(Math.max(first, 0), last)])] : []),
      ...(first <= 0 ? [sequence([literal('-'), signless(Math.max(-last, 0), -first)])] : []),
    ]),
  ])
}

const leadingZeros = parseRegexPart('0{0,2}')

/** All ways to write one of some numbers without an exponent, or with one after a number below ten. */
export function everySpelling(values: readonly Json[]): Expression {
  return choice(values.flatMap((value) => (typeof value === 'number' ? [spellingsOf(value)] : [])))
}

function spellingsOf(value: number): Expression {
  const digits = decimalDigits(Math.abs(value))
  if (value === 0) return parseRegexPart('-?0(?:\\.0+)?')
  const { mantissa, exponent } = scientificDigits(digits)
  const withZeros = ({ integer, fraction }: typeof digits): string =>
    `${integer}${fraction === '' ? '(?:\\.0+)?' : `\\.${fraction}0*`}`
  return sequence([
    literal(value < 0 ? '-' : ''),
    choice([
      parseRegexPart(withZeros(digits)),
      sequence([parseRegexPart(withZeros(mantissa)), exponents(exponent, exponent)]),
    ]),
  ])
}

/** How a number that a schema lists is written: as JavaScript, Python and the schema have it, so that nothing is left to choose for most. */
export function listedSpellings(value: number, asInSchema: ReadonlySet<string> = new Set()): string[] {
  const size = Math.abs(value)
  const isFar = value !== 0 && (size < 1e-4 || size >= 1e16)
  const python = isFar ? [value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')] : []
  return [...new Set([JSON.stringify(value), ...python, ...asInSchema])]
}

const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** Numbers of a JSON text that stand there otherwise than JavaScript writes them (`2.0`, `1E5`), with how. */
export function readSpellings(text: string): ReadonlyMap<number, ReadonlySet<string>> {
  const found = new Map<number, Set<string>>()
  for (const [token] of text.matchAll(stringOrNumber)) {
    const value = token.startsWith('"') ? NaN : Number(token)
    if (!Number.isFinite(value) || JSON.stringify(value) === token) continue
    const known = found.get(value) ?? new Set()
    found.set(value, known.add(token))
  }
  return found
}
