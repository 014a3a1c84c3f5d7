import { expect, test } from 'vitest'
import { compileLanguage } from '../language.ts'

const matchesOf = (schema: unknown, propertyOrder: 'schema' | 'any' = 'any'): ((text: string) => boolean) =>
  compileLanguage({ kind: 'json-schema', schema, propertyOrder }).matches

test('of many options that one property tells apart, not required, exactly one holds', () => {
  const kinds = Array.from({ length: 12 }, (_, index) => `k${index}`)
  const oneOf = kinds.map((kind, index) => ({
    type: 'object',
    properties: { kind: { enum: [kind] }, [`only${index}`]: { type: 'integer' }, name: { type: 'string' } },
  }))
  const matches = matchesOf({ oneOf })
  const right = ['{"kind":"k3","only3":1}', '{"name":"x","kind":"k11"}', '{"kind":"k0","only7":"free"}']
  const wrong = [
    '{}',
    '{"kind":"k3","only3":"x"}',
    '{"kind":"other"}',
    '{"only3":1}',
    '{"kind":"k3","name":1}',
  ]
  expect({ right: right.filter(matches), wrong: wrong.filter(matches) }).toEqual({ right, wrong: [] })
})

test('what options have in common tells them apart no more than what each asks for does', () => {
  const shared = {
    env: { type: 'array', items: { type: 'string' } },
    size: { type: 'integer' },
    on: { type: 'boolean' },
  }
  const oneOf = Array.from({ length: 8 }, (_, index) => ({
    type: 'object',
    properties: { [`p${index}`]: { type: 'string', minLength: 1 }, ...shared },
    required: [`p${index}`],
  }))
  const matches = matchesOf({ oneOf })
  const right = [
    '{"p1":"x","env":["a"],"on":true}',
    '{"p1":"x","p2":""}',
    '{"other":0,"p7":"y","p0":0,"size":3}',
  ]
  const wrong = [
    '{"p1":"x","p2":"y"}',
    '{"env":[]}',
    '{"p1":"x","env":1}',
    '{"p1":""}',
    '{"p1":"x","p2":0,"p3":"z"}',
  ]
  expect({ right: right.filter(matches), wrong: wrong.filter(matches) }).toEqual({ right, wrong: [] })
})

test('an option that asks for two properties in its not is broken by both of them only', () => {
  const both = { type: 'object', properties: { a: { not: { const: 1 } } }, required: ['a', 'b'] }
  const texts = ['{"a":2}', '{"a":2,"b":0}', '{"a":1,"b":0}', '{"b":0}', '{}']
  const two = matchesOf({ oneOf: [{ type: 'object', properties: { a: { const: 2 } } }, { not: both }] })
  expect(texts.filter(two)).toEqual(['{"a":2,"b":0}', '{"a":1,"b":0}'])
  const without = { type: 'object', properties: { a: false } }
  const joined = matchesOf({ oneOf: [{ type: 'object' }, { allOf: [{ not: both }, { not: without }] }] })
  expect(texts.filter(joined)).toEqual(['{"a":2,"b":0}', '{"b":0}', '{}'])
})

test('of options that have no other properties than their own, one has what another has not', () => {
  const oneOf = ['sphere', 'torus', 'cone', 'plane', 'polygon', 'box'].map((type, index) => ({
    type: 'object',
    properties: {
      type: { const: type },
      at: { type: 'number' },
      colour: { type: 'string' },
      [`r${index % 3}`]: { type: 'number' },
    },
    required: ['colour'],
    additionalProperties: false,
  }))
  const matches = matchesOf({ oneOf })
  const right = [
    '{"type":"cone","colour":"x","r2":1}',
    '{"colour":"x","type":"box"}',
    '{"type":"torus","at":1,"colour":""}',
  ]
  const wrong = [
    '{"colour":"x"}',
    '{"colour":"x","r2":1}',
    '{"type":"cone","colour":"x","r1":1}',
    '{"type":"cone"}',
  ]
  expect({ right: right.filter(matches), wrong: wrong.filter(matches) }).toEqual({ right, wrong: [] })
})

test('options exclude one another by how many properties they ask for, and by what they say of all others', () => {
  const named = { type: 'object', properties: { type: { enum: ['git', 'svn'] } }, required: ['type', 'url'] }
  const off = { type: 'object', additionalProperties: { enum: [false] }, minProperties: 1, maxProperties: 1 }
  const matches = matchesOf({ oneOf: [named, off] })
  const texts = [
    '{"type":"git","url":false}',
    '{"url":false}',
    '{"type":"git"}',
    '{"a":true}',
    '{"a":false,"b":false}',
  ]
  expect(texts.map(matches)).toEqual([true, true, false, false, false])
})

test('what has no complement is refused only where some value could be meant', () => {
  const list = { type: 'array', uniqueItems: true, items: { enum: ['a', 'b'] } }
  expect(['"x"', '[]', '1'].map(matchesOf({ type: ['string', 'null'], not: list }))).toEqual([
    true,
    false,
    false,
  ])
  const matches = matchesOf({
    oneOf: [list, { type: ['boolean', 'null'] }, { enum: [null, 'x'] }, { type: 'boolean', const: true }],
  })
  expect(['["b","a"]', 'false', '"x"', '["a","a"]', 'null', 'true'].map(matches)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ])
  const open = { oneOf: [list, { type: 'array', minItems: 2 }] }
  expect(() => matchesOf(open)).toThrow(expect.objectContaining({ where: { path: '#/oneOf' } }) as Error)
})

test('of listed values those are written that no other option has', () => {
  const matches = matchesOf({
    oneOf: [{ enum: [[1], [3, 4], [5]] }, { enum: [[1], [1, 2]] }, { enum: [[5]] }],
  })
  expect(['[3,4]', '[1,2]', '[1]', '[5]'].filter(matches)).toEqual(['[3,4]', '[1,2]'])
})

test('a text of which it is doubtful whether it is of a format counts for neither side', () => {
  const listed = { enum: ['a@b', 'x', 'joe@example.com'] }
  const texts = ['"a@b"', '"x"', '"joe@example.com"']
  const accepted = (schema: unknown): string[] => texts.filter(matchesOf(schema))
  expect(accepted({ ...listed, format: 'email' })).toEqual(['"joe@example.com"'])
  expect(accepted({ ...listed, not: { format: 'email' } })).toEqual(['"x"'])
  expect(accepted({ oneOf: [listed, { format: 'email', type: 'string' }] })).toEqual(['"x"'])
  expect(accepted({ ...listed, if: { format: 'email' }, else: false })).toEqual(['"joe@example.com"'])
})

test('of many conditions on one property each holds for its value', () => {
  const allOf = Array.from({ length: 20 }, (_, index) => ({
    if: { properties: { type: { const: `t${index}` } }, required: ['type'] },
    // oxlint-disable-next-line unicorn/no-thenable
    then: { required: [`f${index}`] },
  }))
  const matches = matchesOf({ type: 'object', allOf })
  const texts = [
    '{"type":"t7","f7":1}',
    '{"f19":0,"type":"t19"}',
    '{"type":"none"}',
    '{}',
    '{"type":"t7"}',
    '{"type":"t7","f8":1}',
  ]
  expect(texts.map(matches)).toEqual([true, true, true, true, false, false])
})

test('where one property at least is asked for, properties come in any order', () => {
  const object = { type: 'object', properties: { a: { type: 'integer' }, b: {} }, minProperties: 1 }
  const open = matchesOf(object)
  expect(['{"b":1,"a":2}', '{"c":1}', '{"c":1,"a":2}', '{}', '{"a":"x"}'].map(open)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
  const closed = matchesOf({ ...object, additionalProperties: false })
  expect(['{"b":1,"a":2}', '{"c":1}', '{}'].map(closed)).toEqual([true, false, false])
  expect(matchesOf({ const: { a: 1, b: 2 } })('{"b":2,"a":1}')).toBe(true)
})
