import { expect, test } from 'vitest'
import { compileLanguage } from '../language.ts'
import { compileSchema } from './compile-schema.ts'

const field = { type: 'array', items: { type: 'string', maxLength: 9 }, minItems: 1 }

test('schemas that say the same are compiled once, whatever they are called and described as', () => {
  const properties = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      `field ${index}`,
      index % 2 === 0
        ? { ...field, title: `The ${index}th`, items: { maxLength: 9, $comment: `${index}`, type: 'string' } }
        : { $ref: '#/definitions/field', description: `The ${index}th` },
    ]),
  )
  const schema = { type: 'object', properties, definitions: { field }, additionalProperties: false }
  expect(compileSchema(schema).grammar.rules.size).toBeLessThan(10)
})

test('schemas that differ in what they assert, in where references lead or in the order of properties are kept apart', () => {
  const { matches } = compileLanguage({
    kind: 'json-schema',
    schema: {
      type: 'array',
      prefixItems: [
        { properties: { a: { const: 1 }, b: {} }, additionalProperties: false, type: 'object' },
        { properties: { b: {}, a: { const: 1 } }, additionalProperties: false, type: 'object' },
        { $id: 'https://one.example/', $defs: { n: { const: 1 } }, properties: { n: { $ref: '#/$defs/n' } } },
        { $id: 'https://two.example/', $defs: { n: { const: 2 } }, properties: { n: { $ref: '#/$defs/n' } } },
        { type: 'integer', maximum: 5 },
        { type: 'integer', exclusiveMaximum: 5 },
      ],
    },
  })
  expect(matches('[{"a":1,"b":2},{"b":2,"a":1},{"n":1},{"n":2},5,4]')).toBe(true)
  expect(matches('[{"b":2,"a":1}]')).toBe(false)
  expect(matches('[{},{"a":1,"b":2}]')).toBe(false)
  expect(matches('[{},{},{"n":2}]')).toBe(false)
  expect(matches('[{},{},{},{"n":1}]')).toBe(false)
  expect(matches('[{},{},{},{},5,5]')).toBe(false)
})

test('a schema that refers to itself alone is refused at its place', () => {
  const schema = {
    $ref: '#/definitions/a',
    definitions: { a: { $ref: '#/definitions/b' }, b: { $ref: '#/definitions/a' } },
  }
  expect(() => compileSchema(schema)).toThrow(/refers to itself without end/)
})
