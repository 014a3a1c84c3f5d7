import crypto from 'node:crypto'
import { WoolgatherError, type Json } from '@woolgather/workflow'

/** Nesting of a value on a link; deeper ones contain themselves, or belong in a file. */
const maximumDepth = 128

/** Values up to this many characters name themselves: a hash would be longer and cost more. */
const longestSelf = 64

/**
 * What a node gave as JSON, frozen: it is shared by everything downstream and by the cache, so nobody may change it.
 * @throws WoolgatherError invalid-output where it is not JSON
 */
export function toJson(value: unknown, name: string): Json {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  return copyJson(value, name, 0)
}

function copyJson(value: unknown, name: string, depth: number): Json {
  if (depth > maximumDepth) throw notJson(name, `nests more than ${maximumDepth} levels deep`)
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value
    throw notJson(name, `contains ${value}`)
  }
  if (Array.isArray(value)) return Object.freeze(value.map((item) => copyJson(item, name, depth + 1))) as Json
  if (typeof value !== 'object')
    throw notJson(name, value === undefined ? 'is missing' : `contains a ${typeof value}`)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw notJson(name, `contains a ${(value as object).constructor?.name ?? 'foreign object'}`)
  }
  const copy: Record<string, Json> = {}
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue
    if (key === '__proto__') throw notJson(name, 'has a key `__proto__`')
    copy[key] = copyJson(item, name, depth + 1)
  }
  return Object.freeze(copy) as Json
}

function notJson(name: string, problem: string): WoolgatherError {
  return new WoolgatherError('invalid-output', `Output \`${name}\` ${problem}; outputs must be JSON.`)
}

/** A short name of a value that differs wherever the values differ: equal contents have equal ids. */
export function contentId(value: Json): string {
  if (typeof value === 'string') return value.length <= longestSelf ? `"${value}` : `#${sha256(value)}`
  if (typeof value === 'object' && value !== null) {
    const text = canonicalJson(value)
    return text.length <= longestSelf ? text : `%${sha256(text)}`
  }
  return String(value)
}

/** JSON with the keys of objects in order, so that equal values have equal text. */
export function canonicalJson(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const keys = Object.keys(value).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Json)}`).join(',')}}`
}

/** The one-shot hash costs half as much; Node 20 has it from 20.12 on. */
const hash = (crypto as { hash?: (algorithm: string, data: string) => string }).hash

export function sha256(text: string): string {
  return hash === undefined ? crypto.createHash('sha256').update(text).digest('hex') : hash('sha256', text)
}
