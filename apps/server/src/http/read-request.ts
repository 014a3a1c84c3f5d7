import type { z } from 'zod'
import { HttpError } from '../errors/http-error.ts'

/** @throws HttpError 400 saying what is wrong with the query */
export function readQuery<Value>(schema: z.ZodType<Value>, query: unknown): Value {
  return read(schema, query, 'The query')
}

/** @throws HttpError 400 saying what is wrong with the body */
export function readBody<Value>(schema: z.ZodType<Value>, body: unknown): Value {
  return read(schema, body, 'The body')
}

function read<Value>(schema: z.ZodType<Value>, value: unknown, what: string): Value {
  const { data, error } = schema.safeParse(value)
  if (error === undefined) return data as Value
  const [first] = error.issues
  const where = first?.path.join('.') ?? ''
  const place = where === '' ? what : `${what}: \`${where.slice(0, 100)}\``
  throw new HttpError(400, 'protocol', `${place} cannot be read: ${first?.message.slice(0, 200) ?? ''}.`)
}
