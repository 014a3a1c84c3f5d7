import { expect, test } from 'vitest'
import { compileLanguage } from '../language.ts'
import { enforced, refused } from '../testing/schema-keywords.ts'
import { compileSchema } from './compile-schema.ts'

test.each(enforced)('$keywords: right texts are accepted, wrong ones are not', ({ schema, right, wrong }) => {
  const { matches } = compileLanguage({ kind: 'json-schema', schema })
  expect({ right: right.filter(matches), wrong: wrong.filter(matches) }).toEqual({ right, wrong: [] })
})

test.each(enforced)(
  '$keywords: what is wrong is right where the schema is negated, as far as it can be',
  ({ schema, right, wrong }) => {
    let negated: ReturnType<typeof compileLanguage>
    try {
      negated = compileLanguage({
        kind: 'json-schema',
        schema: { not: { $id: 'https://example.com/it', ...(schema as object) } },
      })
    } catch (error) {
      expect(error).toMatchObject({
        code: 'unsupported-schema',
        where: { path: expect.stringMatching(/^#/) as string },
      })
      return
    }
    // Properties in another order and numbers with an exponent are not written by a schema, negated or not.
    expect(right.filter(negated.matches)).toEqual([])
    expect(wrong.some(negated.matches)).toBe(true)
  },
)

test.each(refused)('$what is refused by name and place, with a hint', ({ schema, path }) => {
  expect(() => compileLanguage({ kind: 'json-schema', schema })).toThrow(
    expect.objectContaining({
      code: 'unsupported-schema',
      where: expect.objectContaining({ path }) as object,
    }) as Error,
  )
})

test('what asserts nothing is ignored and noted with its place; a strict schema refuses it', () => {
  const schema = {
    title: 'Card',
    nullable: true,
    properties: { 'a/b': { type: 'string', format: 'colour', _id: 1, 'x-order': 2 } },
    $defs: { unused: { readonly: true } },
  }
  expect(compileSchema(schema).notes.map(({ path }) => path)).toEqual([
    '#/nullable',
    '#/properties/a~1b/format',
    '#/properties/a~1b/_id',
    '#/$defs/unused/readonly',
  ])
  expect(() => compileSchema(schema, { strict: true })).toThrow(
    expect.objectContaining({ code: 'unsupported-schema', where: { path: '#/nullable' } }) as Error,
  )
  expect(compileSchema({ title: 'x', type: 'string', format: 'uuid' }, { strict: true }).notes).toEqual([])
})

test('references lead to documents that are given, and from those to others', () => {
  const { matches } = compileLanguage({
    kind: 'json-schema',
    schema: { items: { $ref: 'https://example.com/a.json#/$defs/x' }, type: 'array' },
    documents: {
      'https://example.com/a.json': { $defs: { x: { $ref: 'b.json' } } },
      'https://example.com/b.json': { enum: [1, 2] },
    },
  })
  expect(['[1,2]', '[3]'].map(matches)).toEqual([true, false])
})

test('definitions may refer to each other, through values; in a circle without any value it is an error', () => {
  const definitions = {
    folder: {
      type: 'object',
      properties: { files: { type: 'array', items: { $ref: '#/definitions/file' } } },
    },
    file: { type: 'object', properties: { in: { $ref: '#/definitions/folder' } }, required: ['in'] },
  }
  const { matches } = compileLanguage({
    kind: 'json-schema',
    schema: { $ref: '#/definitions/folder', definitions },
    closedObjects: true,
  })
  expect(['{"files":[{"in":{"files":[]}}]}', '{"files":[{}]}'].map(matches)).toEqual([true, false])
  const circle = { a: { $ref: '#/definitions/b' }, b: { allOf: [{ $ref: '#/definitions/a' }] } }
  expect(() => compileSchema({ $ref: '#/definitions/a', definitions: circle })).toThrow(
    expect.objectContaining({
      code: 'invalid-schema',
      message: expect.stringContaining('without end') as string,
    }) as Error,
  )
  const endless = { a: { required: ['b'], properties: { b: { $ref: '#/definitions/a' } }, type: 'object' } }
  expect(() =>
    compileLanguage({ kind: 'json-schema', schema: { $ref: '#/definitions/a', definitions: endless } }),
  ).toThrow(expect.objectContaining({ code: 'unsatisfiable' }) as Error)
})

test('what stands beside a reference counts, but in drafts up to 7', () => {
  const schema = { $ref: '#/definitions/text', maxLength: 1, definitions: { text: { type: 'string' } } }
  const matches = ($schema: string): boolean =>
    compileLanguage({ kind: 'json-schema', schema: { $schema, ...schema } }).matches('"ab"')
  expect(matches('https://json-schema.org/draft/2020-12/schema')).toBe(false)
  expect(matches('http://json-schema.org/draft-07/schema#')).toBe(true)
  expect(compileLanguage({ kind: 'json-schema', schema }).matches('"ab"')).toBe(false)
})
