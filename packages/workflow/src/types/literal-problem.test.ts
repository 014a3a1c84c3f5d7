import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Json } from '../json/json.ts'
import { literalProblem } from './literal-problem.ts'

const point = z.strictObject({ kind: z.literal('point'), at: z.number() })
const ways = z.strictObject({ kind: z.literal('ways'), how: z.enum(['slow', 'fast']), of: z.array(point) })
const anyWay = z.discriminatedUnion('kind', [point, ways])

function problemOf(schema: z.ZodType, value: Json): string | undefined {
  const json = z.toJSONSchema(schema) as Json
  return literalProblem(
    { name: 'a', title: 'A', description: '', type: 'json', required: true, schema: json },
    value,
  )
}

test('of a value that says which form it has, what is wrong with it as that is told, at its place', () => {
  expect(problemOf(anyWay, { kind: 'ways', how: 'fats', of: [] })).toBe(
    'at `how` must be "slow" or "fast", is "fats"',
  )
  expect(problemOf(z.array(anyWay), [{ kind: 'ways', how: 'fast', of: [{ kind: 'point' }] }])).toBe(
    'at `0.of.0.at` is missing',
  )
})

test('without a word of its form, the one that it is nearest to counts', () => {
  const forms = z.union([z.strictObject({ file: z.string() }), z.strictObject({ text: z.string().max(3) })])
  expect(problemOf(forms, { text: 'four' })).toBe('at `text` must have at most 3 characters, has 4')
  expect(problemOf(forms, {})).toBe('must be one of the forms this takes, is {}')
})

test('what is none of the forms is told what they are', () => {
  expect(problemOf(z.union([z.string(), z.array(z.string())]), 5)).toBe('must be text or a list, is 5')
  expect(problemOf(anyWay, { kind: 'circle' })).toBe(
    'must be one of the forms this takes, is {"kind":"circle"}',
  )
})
