import type { Json } from './json.ts'

const order = Symbol('order of keys')
/** Before keys that JavaScript would put first: no key that people write begins with it. */
const mark = '\ue000\u0000'
const integer = /^(?:0|[1-9]\d*)$/
/** Keys that are integers, some digits perhaps escaped. */
const anyInteger = /"(?:\d+"\s*:|\d*\\u003\d)/
const colon = /\s*:/y

/** Whether JavaScript puts a key before others, wherever it was written. */
export const isInteger = (key: string): boolean => integer.test(key)

/** Whether order can be lost in JSON text. */
export const hasIntegerKeys = (text: string): boolean => anyInteger.test(text)

/** Keys of an object in the order they were written in, as far as it is known: JavaScript puts integers first. */
export function keysOf(value: object): readonly string[] {
  return (value as { [order]?: readonly string[] })[order] ?? Object.keys(value)
}

/** Whether the order of an object's keys was read from text. */
export function remembersOrder(value: object): boolean {
  return order in value
}

/**
 * JSON whose objects remember the order of their keys (`keysOf`): not beyond copies, schemas and messages.
 * @throws SyntaxError
 */
export function parseOrdered(text: string): Json {
  const value = JSON.parse(text) as Json
  if (!hasIntegerKeys(text)) return value
  return JSON.parse(markIntegers(text), (_, part: unknown) => (isObject(part) ? unmark(part) : part)) as Json
}

/**
 * A value that says its order by itself: text of it, as it was written, where JavaScript would have another; else the
 * value.
 */
export function keepOrder(value: Json): Json {
  return losesOrder(value) ? write(value, '') : value
}

function losesOrder(value: Json): boolean {
  if (Array.isArray(value)) return value.some(losesOrder)
  if (!isObject(value)) return false
  const keys = keysOf(value)
  return Object.keys(value).some((key, index) => key !== keys[index]) || Object.values(value).some(losesOrder)
}

/** As `JSON.stringify` with two spaces, in the order that objects remember. */
function write(value: Json, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = `${indent}  `
  const items = Array.isArray(value)
    ? value.map((item) => write(item, inner))
    : keysOf(value).map((key) => `${JSON.stringify(key)}: ${write(value[key]!, inner)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return items.length === 0
    ? `${open}${close}`
    : `${open}\n${inner}${items.join(`,\n${inner}`)}\n${indent}${close}`
}

/** By hand: regular expressions run out of stack in long strings. */
function markIntegers(text: string): string {
  const parts: string[] = []
  let written = 0
  for (let open = text.indexOf('"'); open >= 0;) {
    const close = endOfString(text, open)
    colon.lastIndex = close + 1
    if (close - open < 200 && colon.test(text)) {
      const key = JSON.parse(text.slice(open, close + 1)) as string
      if (isInteger(key)) {
        parts.push(text.slice(written, open), JSON.stringify(mark + key))
        written = close + 1
      }
    }
    open = text.indexOf('"', close + 1)
  }
  return [...parts, text.slice(written)].join('')
}

/** The quote that ends a string: the first with an even number of backslashes before it. */
function endOfString(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); ; at = text.indexOf('"', at + 1)) {
    let before = at - 1
    while (text[before] === '\\') before--
    if ((at - before) % 2 === 1) return at
  }
}

function unmark(value: object): object {
  const keys = Object.keys(value)
  if (!keys.some((key) => key.startsWith(mark))) return value
  const names = keys.map((key) => (key.startsWith(mark) ? key.slice(mark.length) : key))
  const values = Object.values(value) as unknown[]
  const plain = Object.fromEntries(names.map((name, index) => [name, values[index]]))
  return Object.defineProperty(plain, order, { value: [...new Set(names)] })
}

function isObject(value: unknown): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
