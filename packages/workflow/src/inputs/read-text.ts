import { z } from 'zod'
import type { InputDescription } from '../types/description.ts'
import type { Json } from '../json/json.ts'
import { keepOrder, parseOrdered } from '../json/ordered-json.ts'
import { literalProblem, show } from '../types/literal-problem.ts'
import type { PortType } from '../types/ports.ts'
import { promptMixSchema } from '../prompt/prompt-mix.ts'
import { chatMessageSchema } from '../links/recipe-schemas.ts'

/** A value read from text, or what is wrong with it, as phrases that follow a name: "must be a number, is …". */
export type TextRead = { value: Json; problem?: undefined } | { problem: string; hint?: string }

export interface ReadTextOptions {
  /** `1,5` is one and a half, as spreadsheets write it that put semicolons between columns. */
  decimalComma?: boolean
}

/** Types whose inputs take text as it is. */
const textual: readonly PortType[] = ['text', 'file', 'any']

/**
 * Reads a text that somebody gives for an input of a type: a field of a table, of a request, of a command line. What
 * takes text gets the text unchanged, and `messages` get it as one user turn; only what can be nothing but a mix or a
 * conversation as JSON is that. Numbers and booleans are read as
 * spreadsheets write them (`TRUE`, `.5`, `1,234.5`), as long as they can mean one thing only; all else is JSON.
 */
export function readText(type: PortType, text: string, options: ReadTextOptions = {}): TextRead {
  if (textual.includes(type)) return { value: text }
  switch (type) {
    case 'number':
      return readNumber(text, options)
    case 'integer':
      return readNumber(text, options, { what: 'a whole number', fits: Number.isInteger })
    case 'boolean':
      return readBoolean(text)
    case 'mix':
      return { value: parseAs(promptMixSchema, text) ?? text }
    case 'messages':
      return { value: parseAs(z.array(chatMessageSchema), text) ?? [{ role: 'user', content: text }] }
    case 'list':
      return readList(text)
    default:
      return readJson(text)
  }
}

/** The same for a literal of an input, which may take text beside its type (`auto`, lines in place of a list). */
export function readTextFor(input: InputDescription, text: string, options: ReadTextOptions = {}): TextRead {
  const read = readText(input.type, text, options)
  if (read.problem === undefined) {
    const problem = literalProblem(input, read.value)
    if (problem === undefined)
      return input.language === 'json-schema' ? { value: keepOrder(read.value) } : read
    return literalProblem(input, text) === undefined ? { value: text } : { problem }
  }
  return literalProblem(input, text) === undefined ? { value: text } : read
}

const plainNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
const groupedByCommas = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?$/
/** Groups with a comma after them, or several: points that can be nothing else. */
const groupedByPoints = /^[+-]?[1-9]\d{0,2}(?:(?:\.\d{3})+,\d*|(?:\.\d{3}){2,})$/
/** What groups of Swiss, French and Swedish numbers have between them; then either sign before decimals is one. */
const betweenGroups = /[ \u00A0\u2009\u202F'’]/g
const groupedBySpaces = /^[+-]?[1-9]\d{0,2}(?:[ \u00A0\u2009\u202F'’]\d{3})+(?:[.,]\d*)?$/
const withDecimalComma = /^[+-]?\d*,\d+$/

function readNumber(
  text: string,
  options: ReadTextOptions,
  { what = 'a number', fits = Number.isFinite }: { what?: string; fits?: (value: number) => boolean } = {},
): TextRead {
  const written = inPlainDigits(text.trim().replace(/^\u2212/, '-'), options)
  const value = Number(written)
  if (written === undefined) return { problem: `must be ${what}, is ${show(text)}`, ...hintFor(text.trim()) }
  if (!keepsDigits(written, value)) return { problem: `has more digits than a number keeps: ${show(text)}` }
  return fits(value) ? { value } : { problem: `must be ${what}, is ${show(text)}` }
}

/** The number as JavaScript writes it; undefined where it is none, or may be two. */
function inPlainDigits(text: string, { decimalComma = false }: ReadTextOptions): string | undefined {
  if (plainNumber.test(text)) return text
  if (groupedBySpaces.test(text)) return text.replaceAll(betweenGroups, '').replace(',', '.')
  const hasGroups = groupedByCommas.test(text)
  const hasDecimals = groupedByPoints.test(text) || (decimalComma && withDecimalComma.test(text))
  if (hasGroups === hasDecimals) return undefined
  return hasGroups ? text.replaceAll(',', '') : text.replaceAll('.', '').replace(',', '.')
}

/** Whether a whole number is still the one that was written; of decimals the last digits do not matter. */
function keepsDigits(written: string, value: number): boolean {
  if (!Number.isFinite(value)) return false
  return !/^[+-]?\d+$/.test(written) || Number.isSafeInteger(value) || String(value) === written
}

function hintFor(text: string): { hint?: string } {
  if (/%\s*$/.test(text)) return { hint: 'Write 0.05 for 5%.' }
  if (/^[+-]?[\d.,]*,[\d.,]*$/.test(text))
    return { hint: 'Write it with a point before decimals and without groups, such as 1234.5.' }
  return {}
}

const words: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  y: true,
  t: true,
  false: false,
  no: false,
  off: false,
  n: false,
  f: false,
}

function readBoolean(text: string): TextRead {
  const word = text.trim().toLowerCase()
  if (Object.hasOwn(words, word)) return { value: words[word] === true }
  const number = plainNumber.test(word) ? Number(word) : undefined
  if (number === 1 || number === 0) return { value: number === 1 }
  return {
    problem: `must be true or false, is ${show(text)}`,
    hint: 'Write true or false, yes or no, 1 or 0.',
  }
}

function parseAs(schema: z.ZodType, text: string): Json | undefined {
  const value = parse(text)
  return schema.safeParse(value).success ? value : undefined
}

function readList(text: string): TextRead {
  const value = parse(text)
  return Array.isArray(value) ? { value } : { problem: `must be a list as JSON, is ${show(text)}` }
}

function readJson(text: string): TextRead {
  const value = parse(text)
  if (value !== undefined) return { value }
  const word = text.trim().toLowerCase()
  // as spreadsheets write it
  if (word === 'true' || word === 'false') return { value: word === 'true' }
  return { problem: `must be JSON, is ${show(text)}` }
}

function parse(text: string): Json | undefined {
  try {
    return parseOrdered(text)
  } catch {
    return undefined
  }
}
