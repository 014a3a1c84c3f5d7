import type { CharSet } from 'refa'
import { charactersBetween, charactersOf, everyCharacter, surrogates } from '../grammar/characters.ts'
import {
  characters,
  choice,
  literal,
  repeat,
  sequence,
  shared,
  type Expression,
} from '../grammar/expression.ts'

const shortEscapes: readonly (readonly [number, string])[] = [
  [0x22, '"'],
  [0x5c, '\\'],
  [0x2f, '/'],
  [0x08, 'b'],
  [0x0c, 'f'],
  [0x0a, 'n'],
  [0x0d, 'r'],
  [0x09, 't'],
]

/** Letters, digits and the like, which nobody writes escaped: each has one spelling here. */
const onceSpelled: CharSet = charactersBetween(0x20, 0x7e).without(charactersOf('"\\/'))
const escapable: CharSet = everyCharacter.without(onceSpelled).without(surrogates)
const lastOfPlane = 0xffff

/** Whether every character of a text has one spelling inside quotation marks, itself. */
export function isOnceSpelled(text: string): boolean {
  return /^[ !#-.0-[\]-~]*$/.test(text)
}

/** The ways to write those characters of a set escaped that are ever written so: none or one. */
export function escapesOf(set: CharSet): Expression[] {
  const found = set.intersect(escapable)
  if (found.isEmpty) return []
  const key = found.ranges.map(({ min, max }) => `${min}-${max}`).join()
  const known = escapes.get(key)
  if (known !== undefined) return [known]
  const made = escaped(found)
  if (escapes.size < maximumEscapes) escapes.set(key, made)
  return [made]
}

const escapes = new Map<string, Expression>()
const maximumEscapes = 1_000

/** One of some characters, shortly where that has a letter, or by its number; none of them is a surrogate. */
export function escaped(set: CharSet): Expression {
  const short = shortEscapes.filter(([point]) => set.has(point)).map(([, letter]) => letter)
  const letters = short.length === 0 ? [] : [characters(charactersOf(short.join('')))]
  const coded = set.ranges.flatMap(({ min, max }) => [...inPlane(min, max), ...inPairs(min, max)])
  return sequence([literal('\\'), shared(choice([...letters, sequence([literal('u'), choice(coded)])]))])
}

/** Four digits for each character of a range, as far as those suffice. */
function inPlane(min: number, max: number): Expression[] {
  return min > lastOfPlane ? [] : [hexBetween(min, Math.min(max, lastOfPlane))]
}

/** Two surrogates for each character of a range that takes them: of the first and the last of the former only some latter. */
function inPairs(min: number, max: number): Expression[] {
  if (max <= lastOfPlane) return []
  const [from, to] = [Math.max(min, lastOfPlane + 1), max].map((point) => {
    const offset = point - 0x1_0000
    return { high: 0xd800 + (offset >> 10), low: 0xdc00 + (offset & 0x3ff) }
  }) as [Pair, Pair]
  if (from.high === to.high) return [pair(from.high, to.high, from.low, to.low)]
  const [whole, last] = [
    from.low === 0xdc00 ? from.high : from.high + 1,
    to.low === 0xdfff ? to.high : to.high - 1,
  ]
  return [
    ...(whole > from.high ? [pair(from.high, from.high, from.low, 0xdfff)] : []),
    ...(whole <= last ? [pair(whole, last, 0xdc00, 0xdfff)] : []),
    ...(last < to.high ? [pair(to.high, to.high, 0xdc00, to.low)] : []),
  ]
}

interface Pair {
  readonly high: number
  readonly low: number
}

function pair(firstHigh: number, lastHigh: number, firstLow: number, lastLow: number): Expression {
  return sequence([hexBetween(firstHigh, lastHigh), literal('\\u'), hexBetween(firstLow, lastLow)])
}

/** Numbers of so many hexadecimal digits between two, both in either case. */
function hexBetween(min: number, max: number, digits = 4): Expression {
  const size = 16 ** (digits - 1)
  const [first, last] = [Math.floor(min / size), Math.floor(max / size)]
  if (digits === 1) return hexDigits(first, last)
  const part = (digit: number): Expression => {
    const [low, high] = [digit === first ? min % size : 0, digit === last ? max % size : size - 1]
    return sequence([hexDigits(digit, digit), rest(low, high, size, digits - 1)])
  }
  const [from, to] = [min % size === 0 ? first : first + 1, max % size === size - 1 ? last : last - 1]
  return choice([
    ...(from > first ? [part(first)] : []),
    ...(from <= to ? [sequence([hexDigits(from, to), rest(0, size - 1, size, digits - 1)])] : []),
    ...(to < last && !(from > first && first === last) ? [part(last)] : []),
  ])
}

function rest(low: number, high: number, size: number, digits: number): Expression {
  return low === 0 && high === size - 1 ? repeat(anyDigit, digits, digits) : hexBetween(low, high, digits)
}

function hexDigits(first: number, last: number): Expression {
  const digits = [...'0123456789abcdef'].slice(first, last + 1)
  return characters(charactersOf(digits.map((digit) => digit + digit.toUpperCase()).join('')))
}

const anyDigit = hexDigits(0, 15)
