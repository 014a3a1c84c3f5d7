import { z } from 'zod'
import type { InputDescription } from './description.ts'
import type { Json } from '../json/json.ts'
import type { PortType } from './ports.ts'

/** What is wrong with a literal given to an input, in plain words; undefined where nothing is. */
export function literalProblem(input: InputDescription, value: Json): string | undefined {
  if (input.multiple === true && Array.isArray(value)) {
    return value.map((item) => problemWith(input, item)).find((problem) => problem !== undefined)
  }
  return problemWith(input, value)
}

function problemWith(input: InputDescription, value: Json): string | undefined {
  const schema = schemaOf(input)
  if (schema === undefined) return typeProblem(input.type, value)
  const result = schema.safeParse(value)
  if (result.success) return undefined
  const problem = result.error.issues[0]
  return problem === undefined ? 'is not accepted' : inPlainWords(problem, value)
}

const schemas = new WeakMap<object, z.ZodType>()

function schemaOf(input: InputDescription): z.ZodType | undefined {
  const json = input.schema
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined
  const known = schemas.get(json)
  if (known !== undefined) return known
  const schema = z.fromJSONSchema(json as Parameters<typeof z.fromJSONSchema>[0])
  schemas.set(json, schema)
  return schema
}

/** One problem of a zod parse as a phrase that follows a name: "must be at most 2, is 3". */
export function inPlainWords(problem: z.core.$ZodIssue, value: unknown): string {
  const innermost = innermostOf(problem)
  const at = innermost.path.length === 0 ? '' : `at \`${innermost.path.map(String).join('.')}\` `
  return at + phraseFor(innermost, valueAt(value, innermost.path))
}

/** Where a value may have several forms and is plainly meant to have one of them: what is wrong with it as that. */
function innermostOf(problem: z.core.$ZodIssue): z.core.$ZodIssue {
  const [first] = problem.code === 'invalid_union' ? meantForm(problem) : []
  return first === undefined ? problem : innermostOf({ ...first, path: [...problem.path, ...first.path] })
}

/** Problems of a value as the one form of which it has type and tag, and fewer problems than as any other. */
function meantForm({ errors }: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] {
  const possible = errors.filter((problems) => !problems.some(isOfAnotherForm))
  const fewest = Math.min(...possible.map(({ length }) => length))
  const [meant = [], other] = possible.filter(({ length }) => length === fewest)
  return other === undefined ? meant : []
}

function isOfAnotherForm(problem: z.core.$ZodIssue): boolean {
  return (
    (problem.code === 'invalid_type' && problem.path.length === 0) ||
    (problem.code === 'invalid_value' && problem.values.length === 1)
  )
}

function phraseFor(problem: z.core.$ZodIssue, found: unknown): string {
  switch (problem.code) {
    case 'invalid_type':
      if (found === undefined) return 'is missing'
      if (isLongNumber(found, problem.expected))
        return `must be at most ${Number.MAX_SAFE_INTEGER}: ${show(found)} would be rounded`
      return `must be ${nameOf(problem.expected)}, is ${show(found)}`
    case 'too_big':
      return bound(
        'at most',
        problem.maximum,
        problem.inclusive === false ? 'less than' : undefined,
        problem.origin,
        found,
      )
    case 'too_small':
      return bound(
        'at least',
        problem.minimum,
        problem.inclusive === false ? 'more than' : undefined,
        problem.origin,
        found,
      )
    case 'invalid_value':
      return `must be ${problem.values.map((v) => show(v)).join(' or ')}, is ${show(found)}`
    case 'not_multiple_of':
      return `must be a multiple of ${problem.divisor}, is ${show(found)}`
    case 'unrecognized_keys':
      return `has ${problem.keys.map((key) => `\`${key}\``).join(', ')}, which mean nothing here`
    case 'invalid_union':
      return `must be ${formsOf(problem)}, is ${show(found)}`
    default:
      return `${lowerFirst(problem.message)}, is ${show(found)}`
  }
}

/** Text that is a whole number with more digits than a number keeps. */
function isLongNumber(found: unknown, expected: string): boolean {
  return (
    (expected === 'int' || expected === 'number') &&
    typeof found === 'string' &&
    /^\s*[+-]?\d{16,}\s*$/.test(found)
  )
}

/** The types a union takes: "text or a list". */
function formsOf(problem: z.core.$ZodIssueInvalidUnion): string {
  const names = problem.errors.flatMap(([first]) =>
    first?.code === 'invalid_type' && first.path.length === 0 ? [nameOf(first.expected)] : [],
  )
  return names.length === 0 ? 'one of the forms this takes' : [...new Set(names)].join(' or ')
}

function bound(
  words: string,
  limit: number | bigint,
  strict: string | undefined,
  origin: string,
  found: unknown,
): string {
  const comparison = `${strict ?? words} ${limit}`
  if (origin === 'string') return `must have ${comparison} characters, has ${String(found).length}`
  if (Array.isArray(found)) return `must have ${comparison} items, has ${found.length}`
  return `must be ${comparison}, is ${show(found)}`
}

function nameOf(type: string): string {
  const names: Record<string, string> = {
    string: 'text',
    int: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    object: 'an object',
    record: 'an object',
    null: 'empty',
  }
  return names[type] ?? type
}

/** A value short enough for a sentence. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value
  for (const key of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = (found as Record<PropertyKey, unknown>)[key]
  }
  return found
}

/** Why a value cannot be of a port type, as far as its JSON type tells; for inputs without a schema. */
export function typeProblem(type: PortType, value: Json): string | undefined {
  const expected = jsonTypes[type]
  if (expected === undefined || expected.test(value)) return undefined
  return `must be ${expected.name}, is ${show(value)}`
}

const jsonTypes: Partial<Record<PortType, { name: string; test: (value: Json) => boolean }>> = {
  text: { name: 'text', test: (value) => typeof value === 'string' },
  number: { name: 'a number', test: (value) => typeof value === 'number' },
  integer: { name: 'a whole number', test: Number.isInteger },
  boolean: { name: 'true or false', test: (value) => typeof value === 'boolean' },
  list: { name: 'a list', test: Array.isArray },
  messages: { name: 'a list of messages', test: Array.isArray },
}
