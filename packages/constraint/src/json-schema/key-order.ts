import { isObject, type Json } from './schema-location.ts'

const order = Symbol('order of keys')
/** Before keys that JavaScript would put first: no key that people write begins with it. */
const mark = '\ue000\u0000'
const isInteger = (key: string): boolean => /^(?:0|[1-9]\d*)$/.test(key)

/** Keys of an object in the order they were written in, as far as it is known: JavaScript puts integers first. */
export function keysOf(value: object): readonly string[] {
  return (value as { [order]?: readonly string[] })[order] ?? Object.keys(value)
}

/** JSON whose objects remember the order of their keys. @throws SyntaxError */
export function parseOrdered(text: string): Json {
  JSON.parse(text)
  const marked = text.replace(/"(?:[^"\\]|\\.)*"(\s*:)?/g, (string: string, colon?: string) => {
    if (colon === undefined) return string
    const key = JSON.parse(string.slice(0, -colon.length)) as string
    return isInteger(key) ? JSON.stringify(mark + key) + colon : string
  })
  return JSON.parse(marked, (_, value: unknown) => (isObject(value) ? unmark(value) : value)) as Json
}

function unmark(value: object): object {
  const keys = Object.keys(value)
  if (!keys.some((key) => key.startsWith(mark))) return value
  const names = keys.map((key) => (key.startsWith(mark) ? key.slice(mark.length) : key))
  const values = Object.values(value) as unknown[]
  const plain = Object.fromEntries(names.map((name, index) => [name, values[index]]))
  return Object.defineProperty(plain, order, { value: [...new Set(names)] })
}

/**
 * Names with the integers among them, whose place JavaScript forgets, where another list that has them tells it: after
 * the name that they follow there.
 */
export function placeIntegers(names: readonly string[], listed: readonly string[]): string[] {
  const placed = names.filter((name) => !isInteger(name) || !listed.includes(name))
  const known = new Set(names)
  const wanted = listed.filter((name) => known.has(name))
  wanted.forEach((name, index) => {
    if (placed.includes(name)) return
    const before = wanted[index - 1]
    const after = wanted.slice(index + 1).find((next) => placed.includes(next))
    const place =
      before !== undefined ? placed.indexOf(before) + 1 : after !== undefined ? placed.indexOf(after) : 0
    placed.splice(place, 0, name)
  })
  return placed
}

/** Whether the order of an object's keys was read from text. */
export function remembersOrder(value: object): boolean {
  return order in value
}
