import { jsonSchema, readText, typeProblem, WoolgatherError, type Json } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

const kinds = ['any', 'text', 'number', 'boolean', 'json'] as const
type Kind = (typeof kinds)[number]

export const input: WoolgatherNode = defineNode({
  type: 'api/input',
  version: 1,
  title: 'API input',
  description:
    'A value that whoever calls this workflow gives it: a column of a batch, a field of a request.',
  inputs: {
    name: {
      type: 'text',
      description: 'What callers call it; “messages” and “prompt” are what a chat client sends.',
      schema: z.string().default(''),
    },
    value: {
      type: 'any',
      description: 'The value where no caller gives one.',
      schema: jsonSchema.default(''),
      widget: 'textarea',
    },
    type: {
      type: 'text',
      description: 'What it must be. Text that callers send, such as a field of a CSV file, is read as this.',
      schema: z.enum(kinds).default('any'),
      advanced: true,
    },
  },
  outputs: { value: { type: 'any', description: 'The value given.' } },
  run: ({ name, value, type }, { node }) => ({ value: readAs(type, value, name === '' ? node : name) }),
})

function readAs(kind: Kind, value: Json, name: string): Json {
  if (kind === 'any') return value
  if (kind === 'text') return typeof value === 'string' ? value : JSON.stringify(value)
  const problem = typeof value === 'string' ? undefined : typeProblem(kind, value)
  const read = typeof value === 'string' ? readText(kind, value) : { value, problem }
  if (read.problem === undefined) return read.value
  throw new WoolgatherError('invalid-input', `“${name}” ${read.problem}.`, {
    input: 'value',
    ...('hint' in read && read.hint !== undefined && { hint: read.hint }),
  })
}
