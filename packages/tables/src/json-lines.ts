import { longestRow } from './csv-records.ts'
import { ReadError, zeroBytes } from './read-error.ts'
import type { Json, TableRow } from './read-table.ts'

/** A line of text, without its line break. */
export interface TextLine {
  text: string
  /** How many characters it and all before it take, line breaks included. */
  end: number
  /** Whether a line break ends it. The last may have none. */
  whole: boolean
}

/** Lines of text that comes in pieces. */
export async function* splitLines(chunks: AsyncIterable<string>): AsyncGenerator<TextLine> {
  let rest = ''
  let end = 0
  let number = 1
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    number += lines.length
    for (const text of lines) yield { text, end: (end += text.length + 1), whole: true }
    if (rest.length > longestRow) throw tooLong(number)
  }
  if (rest !== '') yield { text: rest, end: end + rest.length, whole: false }
}

/**
 * Rows of JSONL: an object a line; empty lines are none.
 * @throws ReadError for a line that is no object
 */
export async function* readJsonLines(text: AsyncIterable<string>): AsyncGenerator<TableRow> {
  let row = 0
  let line = 0
  for await (const { text: written } of splitLines(text)) {
    line++
    if (written.trim() === '') continue
    yield { number: row, line, values: parseLine(written, { row, line }), quoted: new Set() }
    row++
  }
}

function parseLine(text: string, place: { row: number; line: number }): Record<string, Json> {
  const value = parse(keepDigits(text))
  if (hasHalfCharacter(text, value)) throw halfCharacter(place)
  if (value === undefined && text.includes('\0')) throw zeroBytes(`Line ${place.line}`, place)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new ReadError(
    'no-object',
    `Row ${place.row}, in line ${place.line}, is ${value === undefined ? 'not JSON' : 'no JSON object'}.`,
    'Each line of JSONL is one object.',
    place,
  )
}

/** Half a surrogate pair, as `\ud83d` writes it: a model would read it as �. */
function hasHalfCharacter(text: string, value: Json | undefined): boolean {
  if (value === undefined || !/\\ud[89a-f]/i.test(text)) return false
  // JSON.stringify escapes surrogates that stand alone, and no others
  return /(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(JSON.stringify(value))
}

function halfCharacter(place: { row: number; line: number }): ReadError {
  return new ReadError(
    'wrong-encoding',
    `Row ${place.row}, in line ${place.line}, has half a character in it.`,
    'Write both halves of a surrogate pair, such as \\ud83d\\ude00, or the character itself.',
    place,
  )
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/**
 * The line with numbers as texts that a number cannot hold: of 12345678901234567890, the identifier of something, it
 * would keep the first 17 digits.
 */
function keepDigits(text: string): string {
  if (!/\d{16}|\d[eE]\+?\d{3}/.test(text)) return text
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d+(\.\d+)?([eE][+-]?\d+)?/g, (token, fraction, exponent) => {
    if (token.startsWith('"')) return token
    const value = Number(token)
    const isWhole = fraction === undefined && exponent === undefined
    return !Number.isFinite(value) || (isWhole && String(value) !== token) ? `"${token}"` : token
  })
}

function tooLong(line: number): ReadError {
  return new ReadError(
    'row-too-long',
    `Line ${line} is longer than ${longestRow} characters.`,
    'Each line of JSONL is one object.',
    { line },
  )
}
