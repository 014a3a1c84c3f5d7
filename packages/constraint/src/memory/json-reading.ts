import { ConstraintError } from '../errors/constraint-error.ts'
import {
  add,
  areEqual,
  containerValue,
  numberValue,
  textValue,
  wordValue,
  type Value,
  type Written,
} from './json-value.ts'

/** Characters remembered of a list or object, what it holds included. */
const mostCharacters = 1_000_000
/** Items or members remembered of each. */
export const mostWritten = 10_000

/** A list or object that is open. */
export interface Container {
  readonly isList: boolean
  /** What it stands in, as far as that is remembered. */
  readonly outer: Container | undefined
  /** Of the member that is being written. */
  readonly key: string | undefined
  readonly written: Written | undefined
}

/** Where a text of JSON stands, from the list or object on that is remembered. Never changes, so that any may be gone back to. */
export interface Reading {
  readonly within: Container
  /** What is begun, or may be: `next` is what follows a value or a key. */
  readonly expects: 'value' | 'key' | 'next' | 'text' | 'number' | 'word'
  /** Whether the text that is begun is a key. */
  readonly isKey: boolean
  /** What is begun: of a text what it says, of numbers and words as they are written. */
  readonly begun: string
  /** What is written of an escape, the backslash included. */
  readonly escape: string
  /** Characters so far. */
  readonly length: number
}

/** @param reading where the text goes on; `undefined` where all that is remembered is closed */
export interface ReadingStep {
  readonly reading: Reading | undefined
  /** Whether the value that may have ended equals an earlier item of its list, or the key another of its object. */
  readonly repeats: 'item' | 'key' | undefined
}

/** A text that begins with a list or an object; `undefined` for other characters. */
export function beginReading(point: number): Reading | undefined {
  const character = String.fromCodePoint(point)
  return character === '[' || character === '{' ? open(character === '[', undefined, 1) : undefined
}

/** Reads one more character of a text that is JSON so far. */
export function readCharacter(reading: Reading, point: number): ReadingStep {
  const length = reading.length + 1
  if (length > mostCharacters)
    throw new ConstraintError('too-large', `More than ${mostCharacters} characters are to be remembered`, {
      hint: 'Lists of unique items are remembered while they are written: limit their number, or their length.',
    })
  const character = String.fromCodePoint(point)
  switch (reading.expects) {
    case 'text':
      return readText(reading, character, length)
    case 'number':
      return isInNumber(character)
        ? readNumber(reading.within, reading.begun + character, length)
        : readBetween(finish(reading.within, numberValue(reading.begun), length).reading!, character, length)
    case 'word':
      return readWord(reading.within, reading.begun + character, length)
    default:
      return readBetween(reading, character, length)
  }
}

function stand(
  within: Container,
  expects: Reading['expects'],
  length: number,
  begun = '',
  isKey = false,
  escape = '',
): Reading {
  return { within, expects, isKey, begun, escape, length }
}

function contain(
  isList: boolean,
  outer: Container | undefined,
  key: string | undefined,
  written: Written | undefined,
): Container {
  return { isList, outer, key, written }
}

function goOn(reading: Reading): ReadingStep {
  return { reading, repeats: undefined }
}

function open(isList: boolean, outer: Container | undefined, length: number): Reading {
  return stand(contain(isList, outer, undefined, undefined), isList ? 'value' : 'key', length)
}

function readBetween({ within, expects }: Reading, character: string, length: number): ReadingStep {
  switch (character) {
    case ' ':
    case '\t':
    case '\n':
    case '\r':
      return goOn(stand(within, expects, length))
    case '"':
      return goOn(stand(within, 'text', length, '', expects === 'key'))
    case ':':
      return goOn(stand(within, 'value', length))
    case ',':
      return goOn(stand(within, within.isList ? 'value' : 'key', length))
    case '[':
    case '{':
      return goOn(open(character === '[', within, length))
    case ']':
    case '}':
      return close(within, length)
    default:
      return isInNumber(character)
        ? readNumber(within, character, length)
        : goOn(stand(within, 'word', length, character))
  }
}

function readText({ within, isKey, begun, escape }: Reading, character: string, length: number): ReadingStep {
  if (escape !== '') {
    const longer = escape + character
    const said = unescape(longer)
    return goOn(
      said === undefined
        ? stand(within, 'text', length, begun, isKey, longer)
        : stand(within, 'text', length, begun + said, isKey),
    )
  }
  if (character === '\\') return goOn(stand(within, 'text', length, begun, isKey, character))
  if (character !== '"') return goOn(stand(within, 'text', length, begun + character, isKey))
  if (!isKey) return finish(within, textValue(begun), length)
  const repeats = isWritten(within, ({ key }) => key === begun) ? 'key' : undefined
  return {
    reading: stand(contain(within.isList, within.outer, begun, within.written), 'next', length),
    repeats,
  }
}

const shortEscapes = new Map(Object.entries({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }))

/** What a whole escape says; `undefined` while it is not whole. */
function unescape(escape: string): string | undefined {
  const letter = escape[1]!
  if (letter !== 'u') return shortEscapes.get(letter) ?? letter
  return escape.length < 6 ? undefined : String.fromCharCode(parseInt(escape.slice(2), 16))
}

const wholeNumber = /^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/

function isInNumber(character: string): boolean {
  return (character >= '0' && character <= '9') || '-+.eE'.includes(character)
}

function readNumber(within: Container, begun: string, length: number): ReadingStep {
  const repeats =
    within.isList &&
    within.written !== undefined &&
    wholeNumber.test(begun) &&
    hasItem(within, numberValue(begun))
  return { reading: stand(within, 'number', length, begun), repeats: repeats ? 'item' : undefined }
}

function readWord(within: Container, begun: string, length: number): ReadingStep {
  return begun === 'true' || begun === 'false' || begun === 'null'
    ? finish(within, wordValue(begun), length)
    : goOn(stand(within, 'word', length, begun))
}

/** Adds a value to what it stands in. */
function finish(within: Container, value: Value, length: number): ReadingStep {
  const repeats = within.isList && hasItem(within, value) ? 'item' : undefined
  const next = contain(within.isList, within.outer, undefined, add(within.key, value, within.written))
  return { reading: stand(next, 'next', length), repeats }
}

function close({ isList, outer, written }: Container, length: number): ReadingStep {
  if (outer === undefined) return { reading: undefined, repeats: undefined }
  return finish(outer, containerValue(isList, written), length)
}

/** Whether no more can be remembered of a list or an object. */
export function isFull(within: Container): boolean {
  return (within.written?.count ?? 0) >= mostWritten
}

function hasItem(within: Container, value: Value): boolean {
  return isWritten(within, (one) => areEqual(one.value, value))
}

export function isWritten({ written }: Container, test: (one: Written) => boolean): boolean {
  for (let one = written; one !== undefined; one = one.before) if (test(one)) return true
  return false
}
