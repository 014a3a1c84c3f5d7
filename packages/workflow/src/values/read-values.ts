import { WoolgatherError } from '../issues/issues.ts'
import type { Json } from '../json/json.ts'
import { show } from '../types/literal-problem.ts'
import type { PortType } from '../types/ports.ts'
import type { Warning } from '../issues/warnings.ts'
import { expandRange, printsBack, readNumber, readRange, type Range, type Rounding } from './read-range.ts'
import { repeatedValues } from './repeated-values.ts'
import { splitValues, type ListItem } from './split-values.ts'

/** How the items of a list written as text are read. `auto`: as the inputs that they reach take them. */
export const valueTypes = ['auto', 'text', 'number', 'integer', 'boolean', 'json'] as const
export type ValueType = (typeof valueTypes)[number]

export interface ReadValues {
  values: Json[]
  warnings: Warning[]
}

/** More values than this are a slip of the pen. */
const mostValues = 100_000
/** A range that comes to more than this says so, by its step or its count. */
const longestPlainRange = 100

/**
 * The values of a list: JSON, or text with one value per line where there are line breaks, else separated by commas
 * (quotes as in CSV). Ranges expand where every item is a number or a range. What is not written as numbers are printed
 * (`01`, `2024-05`, `"7"`) is text, unless `type` or an input it reaches asks for numbers.
 * @param reached types of the inputs that the values go to, as far as they are known
 * @throws WoolgatherError invalid-input
 */
export function readValues(values: Json, type: ValueType, reached: readonly PortType[] = []): ReadValues {
  const items = itemsOf(values)
  if (items.length === 0) throw refuse('has no values', 'Write values separated by commas, or one per line.')
  const warnings: Warning[] = []
  const wanted = wantedBy(type, reached)
  const numbers = wanted === 'text' ? undefined : readNumbers(items, wanted, warnings)
  const raw = numbers ?? items.map(({ value }) => value)
  const readAs = type === 'auto' && wanted === 'boolean' && raw.every(isBoolean) ? 'boolean' : type
  const read = raw.map((value) => convertItem(value, readAs))
  return { values: read, warnings: [...warnings, ...repeatedValues(read)] }
}

function itemsOf(values: Json): ListItem[] {
  if (typeof values === 'string') return splitValues(values)
  return (Array.isArray(values) ? values : [values]).map((value) => ({ value, quoted: true }))
}

/** What is asked of the items; `open` where nothing is. */
type Wanted = 'whole' | 'exact' | 'boolean' | 'text' | 'open'

function wantedBy(type: ValueType, reached: readonly PortType[]): Wanted {
  if (type === 'number') return 'exact'
  if (type === 'integer') return 'whole'
  if (type === 'boolean') return 'boolean'
  if (type !== 'auto') return 'text'
  if (reached.includes('number')) return 'exact'
  if (reached.includes('integer')) return 'whole'
  const said = reached.filter((one) => one !== 'any')
  if (said.length > 0 && said.every((one) => one === 'boolean')) return 'boolean'
  return said.some((one) => wordsOnly.has(one)) ? 'text' : 'open'
}

/** Types that no number is turned into by itself. */
const wordsOnly: ReadonlySet<PortType> = new Set(['file', 'mix', 'messages'])

/** The numbers of items that are all numbers or ranges; undefined where they are to stay as they are. */
function readNumbers(items: readonly ListItem[], wanted: Wanted, warnings: Warning[]): number[] | undefined {
  const parts: (number | Range)[] = []
  for (const { value, quoted } of items) {
    const part = quoted || typeof value !== 'string' ? undefined : (readNumber(value) ?? readRange(value))
    if (part === undefined) return undefined
    parts.push(part)
  }
  const asked = wanted === 'whole' || wanted === 'exact'
  const slips = parts.filter((part) => isUnconfirmed(part))
  if (!asked && !items.every(({ value }, i) => isCertain(value as string, parts[i]))) return undefined
  if (asked && slips[0] !== undefined) throw unconfirmed(slips[0])
  if (slips.length > 0) {
    warnings.push(...items.flatMap((item, i) => keptAsText(item, parts[i])))
    return undefined
  }
  checkLength(parts)
  const rounding: Rounding = asked ? wanted : 'either'
  return parts.flatMap((part) => (typeof part === 'number' ? part : expandRange(part, rounding)))
}

/** Whether nobody could have meant text: `1`, `1-5`, `01-12 (+1)`, but not `01`, `2024-05` or `0.50`. */
function isCertain(text: string, part: number | Range | undefined): boolean {
  return typeof part === 'object' ? part.confirmed || part.plain : printsBack(text)
}

function isUnconfirmed(part: number | Range | undefined): part is Range {
  return typeof part === 'object' && !part.confirmed && part.length > longestPlainRange
}

function unconfirmed({ text, length }: Range): WoolgatherError {
  return refuse(
    `has “${text}”, which would be a range of ${length} values`,
    `Where it is meant, write its step: ${text} (+1). Else write the values themselves.`,
  )
}

function keptAsText({ from, to }: ListItem, part: number | Range | undefined): Warning[] {
  if (!isUnconfirmed(part)) return []
  const { text, length } = part
  return [
    {
      code: 'range-as-text',
      message: `“${text}” is kept as text: as a range it would be ${length} values.`,
      hint: `Write ${text} (+1) for the range, or "${text}" in quotes for the text.`,
      ...(from === undefined || to === undefined ? {} : { from, to }),
      numbers: { values: length },
    },
  ]
}

/** Before any of them is made: two thousand ranges of ten thousand each are no more than their text. */
function checkLength(parts: readonly (number | Range)[]): void {
  let total = 0
  for (const part of parts) {
    if (typeof part === 'object' && part.step === 0)
      throw refuse('has a range with step 0', 'Write a step such as (+2).')
    if (typeof part === 'object' && part.length === 0)
      throw refuse('has a range of no values', 'Write a count such as [5].')
    total += typeof part === 'object' ? part.length : 1
  }
  if (total > mostValues) throw refuse(`comes to ${total} values`, `At most ${mostValues} are made.`)
}

function convertItem(item: Json, type: ValueType): Json {
  switch (type) {
    case 'auto':
      return item
    case 'text':
      return typeof item === 'string' ? item : JSON.stringify(item)
    case 'json':
      return typeof item === 'string' ? (parseJson(item) ?? item) : item
    case 'boolean':
      return asBoolean(item)
    case 'number':
    case 'integer':
      return asNumber(item, type)
  }
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function asNumber(item: Json, type: 'number' | 'integer'): number {
  const value = typeof item === 'string' ? readNumber(item.trim()) : item
  const fits = typeof value === 'number' && (type === 'number' || Number.isInteger(value))
  if (fits) return value
  const what = type === 'integer' ? 'a whole number' : 'a number'
  throw refuse(`contains ${show(item)}, which is not ${what}`, 'Change the type, or the value.')
}

const yes: ReadonlySet<string> = new Set(['true', 'yes', 'on', '1'])
const no: ReadonlySet<string> = new Set(['false', 'no', 'off', '0'])

function isBoolean(item: Json): boolean {
  const word = String(item).toLowerCase()
  return yes.has(word) || no.has(word)
}

function asBoolean(item: Json): boolean {
  if (isBoolean(item)) return yes.has(String(item).toLowerCase())
  throw refuse(`contains ${show(item)}, which is neither true nor false`, 'Write true or false.')
}

function refuse(problem: string, hint: string): WoolgatherError {
  return new WoolgatherError('invalid-input', `The list of values ${problem}.`, { input: 'values', hint })
}
