import { jsonSchema, WoolgatherError, type Json } from '@woolgather/workflow'
import { FunctionExpressionType, JSONPathEnvironment, JSONPathError, type FilterFunction } from 'json-p3'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { asJson } from './read-json.ts'
import { Regex } from './regex.ts'

export const jsonPath: WoolgatherNode = defineNode({
  type: 'text/json-path',
  version: 1,
  title: 'JSON path',
  description: 'Takes values out of JSON by a path (RFC 9535): $.people[0].name, $..price, $[?@.age > 7].',
  inputs: {
    json: {
      type: 'any',
      description: 'JSON, or text that holds JSON.',
      schema: jsonSchema,
      widget: 'code',
      language: 'json',
    },
    path: {
      type: 'text',
      description: 'Where to look; $ is the whole.',
      schema: z.string().default('$'),
    },
    otherwise: {
      type: 'json',
      description: 'What to give where the path leads nowhere. Absent: the cell fails.',
      schema: jsonSchema.optional(),
    },
  },
  outputs: {
    value: { type: 'any', description: 'The first value found.' },
    list: { type: 'list', description: 'All values found, in order.' },
    found: { type: 'boolean', description: 'Whether anything was found.' },
  },
  run: ({ json, path, otherwise }) => {
    const list = select(asJson(json, 'json'), path)
    const value = list.length > 0 ? list[0] : otherwise
    if (value === undefined) {
      throw new WoolgatherError('node-failed', `Nothing stands at ${path}.`, {
        input: 'path',
        hint: 'Set `otherwise` to go on with something else.',
      })
    }
    return { value, list, found: list.length > 0 }
  },
})

function select(json: Json, path: string): Json[] {
  try {
    return environment.query(path, json).values() as Json[]
  } catch (error) {
    if (!(error instanceof JSONPathError)) throw error
    throw new WoolgatherError(
      'invalid-input',
      `The path is wrong at character ${error.token.index + 1}: ${problemOf(error)}.`,
      {
        input: 'path',
        where: { position: error.token.index },
        hint: 'A path begins with $: $.name, $[0], $[*].name.',
        cause: error,
      },
    )
  }
}

/** The library ends its messages in an excerpt and a position that is told already. */
function problemOf(error: JSONPathError): string {
  return error.message.replace(/ \('.*':\d+\)$/s, '')
}

/** `match` and `search` inside filters, on the linear engine: the library's own backtrack. */
function regexFunction(holds: (regex: Regex, text: string) => boolean): FilterFunction {
  return {
    argTypes: [FunctionExpressionType.ValueType, FunctionExpressionType.ValueType],
    returnType: FunctionExpressionType.LogicalType,
    call: (text: unknown, pattern: unknown) =>
      typeof text === 'string' && typeof pattern === 'string' && holds(new Regex(pattern, {}, 'path'), text),
  }
}

const environment = new JSONPathEnvironment()
environment.functionRegister.set(
  'match',
  regexFunction((regex, text) => regex.isAll(text)),
)
environment.functionRegister.set(
  'search',
  regexFunction((regex, text) => regex.isIn(text)),
)
