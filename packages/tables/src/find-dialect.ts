import { ReadError } from './read-error.ts'
import type { Dialect } from './csv-records.ts'

/** Delimiters by names, for where a character is hard to type. */
const named: Readonly<Record<string, string>> = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  '\\t': '\t',
  pipe: '|',
}

/** Those that are recognised, the likelier first. */
const recognised = [',', ';', '\t']

/**
 * The delimiter that somebody names: a character, or `comma`, `semicolon`, `tab`, `pipe`.
 * @throws ReadError for anything else
 */
export function delimiterNamed(name: string): string {
  const delimiter = Object.hasOwn(named, name.toLowerCase()) ? named[name.toLowerCase()] : name
  if (delimiter !== undefined && [...delimiter].length === 1 && !/["\r\n\uFEFF]/.test(delimiter))
    return delimiter
  throw new ReadError(
    'bad-delimiter',
    `“${name}” cannot stand between columns.`,
    'Write one character, or comma, semicolon, tab or pipe.',
  )
}

/** How a table is written, and the text of it that is no row: `sep=;`, as Excel has it. */
export interface FoundDialect {
  dialect: Dialect
  /** Characters before the header. */
  skip: number
}

/**
 * How a table is written, from its beginning: the delimiter that its header has most of outside quotes. Where two are as
 * many, that counts which the line after it has as many of, then the order comma, semicolon, tab; where it has none,
 * the comma.
 * @param beginning whole lines, as far as there are any
 * @param given the delimiter, where it is known
 */
export function findDialect(beginning: string, given?: string): FoundDialect {
  const announced = /^"?sep=([^"\r\n])"?(?:\r\n|\n|\r)/i.exec(beginning)
  const skip = announced?.[0].length ?? 0
  const [header = '', next = ''] = firstLines(beginning.slice(skip))
  const delimiter = given ?? announced?.[1] ?? guessDelimiter(header, next)
  const lineEnd = header.endsWith('\r') ? 'carriage-return' : 'line-feed'
  return { dialect: { delimiter, lineEnd, linesBefore: announced === null ? 0 : 1 }, skip }
}

function guessDelimiter(header: string, next: string): string {
  const counts = recognised.map((delimiter) => ({
    delimiter,
    inHeader: countOutsideQuotes(header, delimiter),
    inNext: countOutsideQuotes(next, delimiter),
  }))
  const most = Math.max(...counts.map(({ inHeader }) => inHeader))
  // One column: what its rows have is no reason to take their commas for text.
  if (most === 0) return ','
  const likely = counts.filter(({ inHeader }) => inHeader === most)
  const found = likely.find(({ inHeader, inNext }) => inHeader === inNext) ?? likely[0]
  return found?.delimiter ?? ','
}

/** A quote that opens a field, and all to its end. Other quotes are text. */
const quoted = String.raw`(?<![^,;\t|\r\n ])"(?:[^"]|"")*(?:"|$)`
const line = new RegExp(String.raw`(?:${quoted}|[^\r\n])+(?:\r\n|\n|\r|$)`, 'g')

/** The header and the row after it, with their line breaks; those in quotes are inside. */
function firstLines(text: string): string[] {
  return text.match(line)?.slice(0, 2) ?? []
}

function countOutsideQuotes(text: string, delimiter: string): number {
  return text.replaceAll(new RegExp(quoted, 'g'), '').split(delimiter).length - 1
}
