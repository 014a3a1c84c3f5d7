import { parseCsv, WoolgatherError, type Json } from '@woolgather/workflow'

/** How the items of a list written as text are read. `auto`: as numbers where all of them are, else as text. */
export const valueTypes = ['auto', 'text', 'number', 'integer', 'boolean', 'json'] as const
export type ValueType = (typeof valueTypes)[number]

/** More than this from one range is a slip of the pen. */
const longestRange = 100_000

/**
 * Values of an axis from a JSON list, or from text: one value per line where there are line breaks, else separated by
 * commas (quotes as in CSV). Where every item is a number or a range, ranges expand.
 * @throws WoolgatherError invalid-input
 */
export function parseValues(values: Json, type: ValueType): Json[] {
  const items = typeof values === 'string' ? splitText(values) : Array.isArray(values) ? values : [values]
  if (items.length === 0) throw refuse('has no values', 'Write values separated by commas, or one per line.')
  if (typeof values === 'string' && type !== 'text' && type !== 'json') {
    const expanded = expandNumbers(items as string[])
    if (expanded !== undefined) return expanded.map((value) => convertItem(value, type))
  }
  return items.map((item) => convertItem(item, type))
}

function splitText(text: string): Json[] {
  const trimmed = text.trim()
  if (trimmed === '') return []
  if (trimmed.startsWith('[')) {
    const list = parseJsonList(trimmed)
    if (list !== undefined) return list
  }
  if (trimmed.includes('\n'))
    return trimmed
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '')
  return (parseCsv(trimmed, ',')[0] ?? []).map((item) => item.trim()).filter((item) => item !== '')
}

function parseJsonList(text: string): Json[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? (value as Json[]) : undefined
  } catch {
    return undefined
  }
}

/** The numbers of items that are all numbers or ranges; undefined where one is neither. */
function expandNumbers(items: Json[]): number[] | undefined {
  const numbers: number[] = []
  for (const item of items) {
    const expanded =
      typeof item === 'number' ? [item] : typeof item === 'string' ? expandItem(item) : undefined
    if (expanded === undefined) return undefined
    for (const value of expanded) numbers.push(value)
  }
  return numbers
}

const numberText = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`
const plain = new RegExp(`^${numberText}$`, 'i')
const range = new RegExp(
  `^(${numberText})\\s*-\\s*(${numberText})(?:\\s*\\(\\s*(${numberText})\\s*\\)|\\s*\\[\\s*(\\d+)\\s*\\])?$`,
  'i',
)

function expandItem(text: string): number[] | undefined {
  if (plain.test(text)) return [Number(text)]
  const match = range.exec(text)
  if (match === null) return undefined
  const [, from = '', to = '', step, count] = match
  const decimals = Math.max(...[from, to, step ?? '0'].map(decimalsOf))
  return count === undefined
    ? stepRange(Number(from), Number(to), Math.abs(Number(step ?? 1)), decimals)
    : countRange(Number(from), Number(to), Number(count), decimals)
}

/** `1-5 (+2)` → 1, 3, 5; both ends included where they are met, never overshot; downwards where the end is smaller. */
function stepRange(from: number, to: number, step: number, decimals: number): number[] {
  if (step === 0) throw refuse('has a range with step 0', 'Write a step such as (+2).')
  // a hair of slack: 0.1 + 0.2 must not lose the end of a range
  const length = Math.floor(Math.abs(to - from) / step + 1e-9) + 1
  checkLength(length)
  const direction = to < from ? -1 : 1
  return Array.from({ length }, (_, i) => round(from + direction * i * step, decimals))
}

/** `1-10 [5]` → 1, 3, 5, 7, 10: evenly spaced, both ends included; whole numbers between whole ends, as in the original. */
function countRange(from: number, to: number, count: number, decimals: number): number[] {
  checkLength(count)
  if (count === 1) return [from]
  return Array.from({ length: count }, (_, i) => {
    if (i === count - 1) return to
    const value = from + ((to - from) * i) / (count - 1)
    return decimals === 0 ? Math.trunc(value) : round(value, decimals + 6)
  })
}

function checkLength(length: number): void {
  if (length < 1) throw refuse('has a range of no values', 'Write a count such as [5].')
  if (length > longestRange)
    throw refuse(`has a range of ${length} values`, `At most ${longestRange} are made.`)
}

function decimalsOf(text: string): number {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  return Math.max(0, (mantissa.split('.')[1]?.length ?? 0) - Number(exponent))
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(Math.min(decimals, 20)))
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
  const value = typeof item === 'string' && plain.test(item.trim()) ? Number(item) : item
  const fits = typeof value === 'number' && (type === 'number' || Number.isInteger(value))
  if (fits) return value
  const what = type === 'integer' ? 'a whole number' : 'a number'
  throw refuse(`contains ${JSON.stringify(item)}, which is not ${what}`, 'Change the type, or the value.')
}

function asBoolean(item: Json): boolean {
  if (typeof item === 'boolean') return item
  const word = String(item).toLowerCase()
  if (['true', 'yes', 'on', '1'].includes(word)) return true
  if (['false', 'no', 'off', '0'].includes(word)) return false
  throw refuse(`contains ${JSON.stringify(item)}, which is neither true nor false`, 'Write true or false.')
}

function refuse(problem: string, hint: string): WoolgatherError {
  return new WoolgatherError('invalid-input', `The list of values ${problem}.`, { input: 'values', hint })
}
