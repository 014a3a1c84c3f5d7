import { expect, test } from 'vitest'
import { choicesOf, tellChoices } from './choices.ts'

test('choices are told wherever a schema has them, other spellings behind what they mean', () => {
  expect(tellChoices({ enum: ['=', '≥', '>='], spellings: { '>=': '≥' } })).toBe('One of `=`, `≥` (or `>=`).')
  expect(tellChoices({ type: 'array', items: { enum: ['a', 'b'] } })).toBe('One of `a`, `b`.')
  expect(tellChoices({ anyOf: [{ type: 'number' }, { enum: ['never', 'only'] }] })).toBe(
    'One of `never`, `only`.',
  )
  expect(tellChoices({ additionalProperties: { enum: ['text'] } })).toBe('One of `text`.')
  expect(tellChoices({ anyOf: [{ const: 1 }, { const: 2 }] })).toBe('One of `1`, `2`.')
})

test('a schema without choices has none', () => {
  expect([
    tellChoices(undefined),
    tellChoices({ type: 'string' }),
    choicesOf({ items: { enum: [1] } }),
  ]).toEqual([undefined, undefined, undefined])
})

test('what a field of a structured value may be is no choice of its own', () => {
  expect(tellChoices({ type: 'object', properties: { kind: { enum: ['file', 'merge'] } } })).toBe(undefined)
})
