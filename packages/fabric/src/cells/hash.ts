import { createHash } from 'node:crypto'
import type { Json } from '@woolgather/workflow'

/** What JSON makes of a message: without what is undefined. */
export function asJson(message: object): Json {
  return JSON.parse(JSON.stringify(message)) as Json
}

/** The sha256 of a value, in whatever order its fields stand. */
export function hashOf(value: Json): string {
  return createHash('sha256').update(JSON.stringify(value, inOrder)).digest('hex')
}

function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
