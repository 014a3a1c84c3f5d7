import { jsonSchema, type Json } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const unchanged: WoolgatherNode = defineNode({
  type: 'loopback/unchanged',
  version: 1,
  title: 'Unchanged',
  description: 'Whether an iteration changed nothing: wire it to `stop` to end a loop that has come to rest.',
  inputs: {
    before: { type: 'any', description: 'The value as the loop start handed it out.', schema: jsonSchema },
    now: { type: 'any', description: 'The value as it goes into the loop end.', schema: jsonSchema },
    tolerance: {
      type: 'number',
      description: 'How far numbers may differ and still count as the same.',
      schema: z.number().min(0).default(0),
    },
  },
  outputs: { boolean: { type: 'boolean', description: 'True where they are the same.' } },
  run: ({ before, now, tolerance }) => ({ boolean: same(before, now, tolerance) }),
})

/** Spaces at the ends of a text do not count: models add and drop them freely. */
function same(a: Json, b: Json, tolerance: number): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a.trim() === b.trim()
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) <= tolerance
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => same(item, b[i] as Json, tolerance))
  if (isObject(a) && isObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)])
    return [...keys].every((key) => key in a && key in b && same(a[key] as Json, b[key] as Json, tolerance))
  }
  return a === b
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
