import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ConstraintError } from '../errors/constraint-error.ts'
import { compileLanguage, type Language } from '../language.ts'
import { runs } from '../testing/property-runs.ts'
import type { SchemaOptions } from './compile-schema.ts'

function language(schema: unknown, options: SchemaOptions = {}): Language {
  return compileLanguage({ kind: 'json-schema', schema, ...options })
}

test.each<[unknown, string[], string[]]>([
  [
    {},
    ['{"a":[1,-2.5e3,"x\\n",null]}', '""', '"\\u00e9\\ud83d\\ude00"'],
    ['{"a": 1}', '[1,]', '"\\ud83d"', '01', ''],
  ],
  [{ type: ['null', 'boolean'] }, ['null', 'true'], ['0', '"null"']],
  [
    { type: 'integer', minimum: -5, maximum: 123 },
    ['0', '-5', '123', '99'],
    ['-6', '124', '-0', '007', '1.0'],
  ],
  [{ type: 'integer', exclusiveMinimum: 9, exclusiveMaximum: 11 }, ['10'], ['9', '11']],
  [
    { type: 'number', minimum: 0.25, exclusiveMaximum: 1 },
    ['0.25', '0.3', '0.99'],
    ['0.2', '1', '1.0', '0.24999'],
  ],
  [
    { type: 'number', minimum: -1.5, maximum: 0 },
    ['0', '-1.5', '-1.50', '-0.3', '0.0'],
    ['-1.51', '1', '0.1'],
  ],
  [{ type: 'number', minimum: 1e21 }, ['1000000000000000000000'], ['999999999999999999999']],
  [{ type: 'number', maximum: 1e-7, minimum: 0 }, ['0', '0.0000001', '0.00000001'], ['0.000001']],
  [
    { type: 'string', minLength: 2, maxLength: 3 },
    ['"ab"', '"a\\n"', '"\\u0041b"', '"é😀"', '"\\ud83d\\ude00a"'],
    ['"a"', '"abcd"'],
  ],
  [{ type: 'string', pattern: '^[a-z]+\\d$' }, ['"ab1"'], ['"1"', '"ab"', '"ab1\\n"']],
  [
    { type: 'string', pattern: 'b"' },
    ['"abc b\\"d"', '"b\\u0022"'.replace('\\u0022', '\\"')],
    ['"ab"', '"b"d"'],
  ],
  [{ type: 'string', pattern: '^a\\n\\u0001$' }, ['"a\\n\\u0001"', '"a\\u000A\\u0001"'], ['"a\n\u0001"']],
  [{ type: 'string', pattern: 'x', maxLength: 2 }, ['"x"', '"yx"'], ['"yyx"', '"y"']],
  [{ type: 'string', format: 'date' }, ['"2024-02-29"', '"2023-12-31"'], ['"2023-02-29"', '"2023-13-01"']],
  [{ type: 'string', format: 'date-time' }, ['"2024-02-29T23:59:59.5Z"'], ['"2024-02-29"']],
  [{ type: 'string', format: 'uuid' }, ['"123e4567-e89b-12d3-a456-426614174000"'], ['"123e4567"']],
  [{ type: 'string', format: 'ipv6' }, ['"::1"', '"1:2:3:4:5:6:7:8"', '"1::8"'], ['"1::2::3"', '"1:2"']],
  [{ type: 'string', format: 'email', maxLength: 10 }, ['"a@b.com"'], ['"aaaaaaaaa@b.com"', '"a@b"']],
  [{ enum: [1, 'a', null, { x: [1] }] }, ['1', '"a"', 'null', '{"x":[1]}'], ['2', '{"x":[]}']],
  [{ enum: [1, 'a', 'bcd'], type: 'string', maxLength: 2 }, ['"a"'], ['1', '"bcd"']],
  [
    { type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 3 },
    ['[1]', '[1,2,3]'],
    ['[]', '[1,2,3,4]', '["a"]'],
  ],
  [
    { type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }], items: false },
    ['[]', '["a"]', '["a",1]'],
    ['["a",1,2]', '[1]'],
  ],
  [
    { type: 'array', items: [{ type: 'string' }], additionalItems: { type: 'null' } },
    ['["a",null,null]'],
    ['["a",1]'],
  ],
  [
    { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'string' } }, required: ['b'] },
    ['{"b":"x"}', '{"a":1,"b":"x"}', '{"b":"x","c":1,"d":[]}'],
    ['{"a":1}', '{"a":"x","b":"x"}', '{"b":"x","b":"y"}'],
  ],
  [
    { properties: { a: { type: 'integer' } }, additionalProperties: false },
    ['{}', '{"a":1}', '[]', '"x"'],
    ['{"b":1}', '{"ab":1}'],
  ],
  [
    { type: 'object', additionalProperties: { type: 'null' }, minProperties: 1, maxProperties: 2 },
    ['{"a":null}', '{"a":null,"b":null}'],
    ['{}', '{"a":null,"b":null,"c":null}'],
  ],
  [
    {
      type: 'object',
      properties: { n: { type: 'integer' } },
      patternProperties: { '^s_': { type: 'string' } },
      additionalProperties: false,
    },
    ['{"n":1,"s_a":"x"}', '{"s_":""}'],
    ['{"s_a":1}', '{"t":"x"}'],
  ],
  [{ type: 'object', propertyNames: { maxLength: 2 } }, ['{"ab":1}'], ['{"abc":1}']],
  [
    {
      $ref: '#/$defs/list',
      $defs: {
        list: {
          anyOf: [
            { type: 'null' },
            {
              type: 'object',
              properties: { next: { $ref: '#/$defs/list' } },
              required: ['next'],
              additionalProperties: false,
            },
          ],
        },
      },
    },
    ['null', '{"next":null}', '{"next":{"next":null}}'],
    ['{}', '{"next":1}'],
  ],
  [
    {
      allOf: [
        { properties: { a: { type: 'number' } } },
        { type: 'object', properties: { a: { minimum: 3 } }, required: ['a'] },
      ],
    },
    ['{"a":3}', '{"a":3.5}'],
    ['{"a":2}', '{"a":"x"}', '{}'],
  ],
  [{ anyOf: [{ minLength: 3 }, { maxLength: 1 }], type: 'string' }, ['"abc"', '"a"'], ['"ab"']],
  [{ oneOf: [{ type: 'string' }, { type: 'integer' }] }, ['"a"', '1'], ['1.5']],
  [
    {
      oneOf: ['a', 'b'].map((kind) => ({
        type: 'object',
        properties: { kind: { const: kind } },
        required: ['kind'],
      })),
    },
    ['{"kind":"a"}', '{"kind":"b","x":1}'],
    ['{"kind":"c"}'],
  ],
])('%j accepts and rejects', (schema, accepted, rejected) => {
  const { matches } = language(schema)
  expect({ accepted: accepted.filter(matches), rejected: rejected.filter(matches) }).toEqual({
    accepted,
    rejected: [],
  })
})

test('whitespace is what JSON allows when flexible, and none when compact', () => {
  const schema = { type: 'object', properties: { a: { enum: [[1, 2]] } } }
  const text = '{ "a" :\n[ 1,\t2 ] }'
  expect([
    language(schema).matches(text),
    language(schema, { whitespace: 'flexible' }).matches(text),
  ]).toEqual([false, true])
})

test('objects with named properties can be closed by an option', () => {
  const schema = { type: 'object', properties: { a: {}, b: { type: 'object' } } }
  const closed = language(schema, { closedObjects: true })
  expect(['{"a":1}', '{"c":1}', '{"b":{"c":1}}'].map(closed.matches)).toEqual([true, false, true])
  const patterns = language({ type: 'object', patternProperties: { '^x-': {} } }, { closedObjects: true })
  expect(['{"x-a":1}', '{"a":1}', '{}'].map(patterns.matches)).toEqual([true, false, true])
})

test.each<[unknown, string, string, string]>([
  [
    { properties: { a: { contains: {}, unevaluatedItems: false } } },
    'unsupported-schema',
    '#/properties/a/unevaluatedItems',
    '"unevaluatedItems" at #/properties/a',
  ],
  [{ $ref: 'https://example.com/x' }, 'unsupported-schema', '#/$ref', '"$ref"'],
  [{ pattern: 'a(?=b)' }, 'unsupported-schema', '#/pattern', 'look-ahead inside the pattern at position 1'],
  [{ pattern: '(' }, 'invalid-schema', '#/pattern', 'invalid'],
  [{ type: 'strin' }, 'invalid-schema', '#/type', 'there is no type "strin"'],
  [{ $ref: '#' }, 'invalid-schema', '#', 'refers to itself'],
  [{ $ref: '#/$defs/none' }, 'invalid-schema', '#/$ref', 'nothing is defined'],
  [{ properties: { 'a/b': 3 } }, 'invalid-schema', '#/properties/a~1b', 'expected an object'],
  [{ minLength: -1 }, 'invalid-schema', '#/minLength', 'not negative'],
  [7, 'invalid-schema', '#', 'expected an object'],
])('%j is refused as %s at %s', (schema, code, path, message) => {
  let problem: unknown
  try {
    language(schema)
  } catch (error) {
    problem = error
  }
  expect(problem).toBeInstanceOf(ConstraintError)
  expect(problem).toMatchObject({ code, where: { path }, message: expect.stringContaining(message) })
})

test.each([
  [false],
  [{ not: {} }],
  [{ type: 'string', enum: [1] }],
  [{ properties: { a: false }, required: ['a'], type: 'object' }],
  [{ type: 'array', minItems: 2, maxItems: 1 }],
])('%j, which nothing meets, is refused', (schema) => {
  expect(() => language(schema)).toThrow(expect.objectContaining({ code: 'unsatisfiable' }))
})

type Schema = { [keyword: string]: unknown }

const leaf = fc.oneof(
  fc.constant<Schema>({}),
  fc.constantFrom<Schema>(
    { type: 'null' },
    { type: 'boolean' },
    { const: 'k' },
    { enum: [1, 'x', [2]] },
    { type: ['integer', 'null'] },
  ),
  fc.record(
    {
      type: fc.constantFrom('integer', 'number'),
      minimum: fc.integer({ min: -20, max: 5 }),
      maximum: fc.integer({ min: 5, max: 300 }),
    },
    { requiredKeys: ['type'] },
  ),
  fc.record(
    {
      type: fc.constant('string'),
      minLength: fc.nat(2),
      maxLength: fc.integer({ min: 2, max: 4 }),
      pattern: fc.constantFrom('^[a-c]*$', 'b', 'a$', '^.b?'),
    },
    { requiredKeys: ['type'] },
  ),
)
const randomSchema = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'schema' },
    leaf,
    fc.record(
      {
        type: fc.constant('array'),
        items: tie('schema'),
        minItems: fc.nat(1),
        maxItems: fc.integer({ min: 1, max: 3 }),
      },
      { requiredKeys: ['type', 'items'] },
    ),
    fc.record(
      {
        type: fc.constant('array'),
        prefixItems: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        items: fc.constantFrom(false, true),
      },
      { requiredKeys: ['type', 'prefixItems'] },
    ),
    fc.record(
      {
        type: fc.constant('object'),
        properties: fc.record({ a: tie('schema'), b: tie('schema') }),
        required: fc.subarray(['a', 'b', 'c']),
        additionalProperties: fc.oneof(fc.boolean(), tie('schema')),
      },
      { requiredKeys: ['type', 'properties'] },
    ),
    fc.array(tie('schema'), { minLength: 1, maxLength: 2 }).map((anyOf): Schema => ({ anyOf })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 2 }).map((allOf): Schema => ({ allOf })),
  ),
})).schema

/** Values that meet a schema often, not always. */
function valueFor(schema: Schema): fc.Arbitrary<unknown> {
  const { type, anyOf, allOf, properties, items, prefixItems } = schema as { [keyword: string]: never }
  if ('const' in schema) return fc.constant(schema.const)
  if ('enum' in schema) return fc.constantFrom(...(schema.enum as unknown[]))
  if (anyOf !== undefined) return fc.oneof(...(anyOf as Schema[]).map(valueFor))
  if (allOf !== undefined) return fc.oneof(...(allOf as Schema[]).map(valueFor))
  if (type === 'integer') return fc.integer({ min: -25, max: 310 })
  if (type === 'number') return fc.integer({ min: -2_500, max: 31_000 }).map((hundredths) => hundredths / 100)
  if (type === 'string')
    return fc
      .array(fc.constantFrom('a', 'b', 'c', '"', 'é', '\n'), { maxLength: 5 })
      .map((list) => list.join(''))
  if (type === 'array') {
    const prefix = ((prefixItems as Schema[] | undefined) ?? []).map(valueFor)
    const rest = typeof items === 'object' ? valueFor(items as Schema) : fc.constantFrom(1, 'x')
    return fc
      .tuple(fc.tuple(...prefix), fc.array(rest, { maxLength: 3 }))
      .map(([first, others]) => [...first, ...others])
  }
  if (type === 'object') {
    const named = Object.fromEntries(
      Object.entries((properties ?? {}) as { [name: string]: Schema }).map(([name, inner]) => [
        name,
        valueFor(inner),
      ]),
    )
    return fc.record(
      { c: fc.constantFrom<unknown>(1, 'x', null), ...named, d: fc.constantFrom<unknown>(1, []) },
      { requiredKeys: [] },
    )
  }
  return fc.constantFrom<unknown>(null, true, 3, 'k', [], {})
}

/** Named properties first, in the order a and b, then the others: the order that the grammar writes. */
function inSchemaOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSchemaOrder)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, inSchemaOrder(inner)]),
  )
}

const ajv = new Ajv2020({ strict: false })

test('random values are accepted exactly if another validator says that they meet the random schema', () => {
  const verdicts = { valid: 0, invalid: 0 }
  fc.assert(
    fc.property(
      randomSchema.chain((schema) =>
        fc.tuple(fc.constant(schema), fc.array(valueFor(schema), { minLength: 6, maxLength: 6 })),
      ),
      ([schema, values]) => {
        const validate = ajv.compile(schema)
        const expected = values.map((value) => validate(value))
        verdicts.valid += expected.filter(Boolean).length
        verdicts.invalid += expected.filter((valid) => !valid).length
        const texts = values.map((value) => JSON.stringify(inSchemaOrder(value)))
        let found: boolean[]
        try {
          found = texts.map(language(schema).matches)
        } catch (error) {
          expect(error).toMatchObject({ code: 'unsatisfiable' })
          found = texts.map(() => false)
        }
        expect(found).toEqual(expected)
      },
    ),
    runs(250),
  )
  expect(Math.min(verdicts.valid, verdicts.invalid)).toBeGreaterThan(100)
})

test('a valid text with one character changed is accepted only if it is still valid', () => {
  fc.assert(
    fc.property(
      randomSchema.chain((schema) => fc.tuple(fc.constant(schema), valueFor(schema))),
      fc.nat(),
      fc.constantFrom('"', '{', '}', '1', ',', 'a', ' ', '\\'),
      ([schema, value], at, character) => {
        const text = JSON.stringify(inSchemaOrder(value))
        const changed = text.slice(0, at % text.length) + character + text.slice((at % text.length) + 1)
        let accepted = false
        try {
          accepted = language(schema).matches(changed)
        } catch (error) {
          expect(error).toMatchObject({ code: 'unsatisfiable' })
        }
        if (accepted) expect(ajv.validate(schema, JSON.parse(changed))).toBe(true)
      },
    ),
    runs(250),
  )
})

test.each<[string, unknown, string[], string[]]>([
  ['an integer', { type: 'integer' }, ['1234567890123456', '-0'], ['12345678901234567']],
  [
    'a number',
    { type: 'number' },
    ['1.1234567890123456e+12', `1e${'1'.repeat(16)}`],
    [`1.${'1'.repeat(17)}`, `1e${'1'.repeat(17)}`],
  ],
  [
    'a number from a bound',
    { type: 'number', minimum: 0.5 },
    [`0.${'9'.repeat(16)}`],
    [`0.${'9'.repeat(17)}`],
  ],
  [
    'a bound beyond 16 digits',
    { type: 'integer', exclusiveMinimum: 1e18 },
    ['1000000000000000001', `1${'0'.repeat(19)}`],
    [`1${'0'.repeat(20)}`],
  ],
  [
    'a bound of many places',
    { type: 'number', exclusiveMinimum: 0, maximum: 1e-20 },
    ['0.000000000000000000005'],
    ['0.0', `0.${'0'.repeat(30)}1`],
  ],
  ['a number that is listed', { enum: [12345678901234567000, 'x'] }, ['12345678901234567000'], ['1']],
])('bounded, %s has at most 16 digits a part', (_, schema, right, wrong) => {
  const bounded = compileLanguage({ kind: 'json-schema', schema, bounded: true })
  const free = compileLanguage({ kind: 'json-schema', schema })
  expect(right.filter((text) => !bounded.matches(text))).toEqual([])
  expect(wrong.filter((text) => bounded.matches(text))).toEqual([])
  expect(right.filter((text) => !free.matches(text))).toEqual([])
})

test('bounded, at most 20 characters of whitespace stand in a row; unbounded any number', () => {
  const source = { kind: 'json-schema', schema: { type: 'array' }, whitespace: 'flexible' } as const
  for (const around of [
    '[1,*2 , 3]',
    '[*]',
    '[*1]',
    '[1*]',
    '[1*, 2]',
    '[{*}]',
    '[{"a"*:1}]',
    '[{"a":1*}]',
    '[[]*]',
  ]) {
    const matching = (bounded: boolean): boolean[] => {
      const { matches } = compileLanguage({ ...source, bounded })
      return [20, 21, 200].map((count) => matches(around.replace('*', ' \n'.repeat(count).slice(0, count))))
    }
    expect([around, matching(true)]).toEqual([around, [true, false, false]])
    expect([around, matching(false)]).toEqual([around, [true, true, true]])
  }
})

test.each<[string, unknown, string[], string[]]>([
  [
    'branches that each name some',
    { allOf: [{ properties: { a: {} } }, { properties: { b: {} } }] },
    ['{"a":1,"b":2}', '{}', '{"b":2}'],
    ['{"a":1,"c":2}', '{"c":1}'],
  ],
  [
    'a reference and its neighbours',
    { $ref: '#/$defs/base', properties: { b: {} }, $defs: { base: { properties: { a: {} } } } },
    ['{"b":2,"a":1}', '{"a":1}', '{"b":1}'],
    ['{"c":1}'],
  ],
  [
    'options beside what they share',
    { properties: { kind: { const: 1 } }, anyOf: [{ properties: { x: {} } }, { properties: { y: {} } }] },
    ['{"kind":1,"x":2}', '{"kind":1,"y":2}'],
    ['{"kind":1,"x":2,"y":2}', '{"z":1}'],
  ],
  [
    'a branch that says that it is open',
    { allOf: [{ properties: { a: {} } }, { properties: { b: {} }, additionalProperties: true }] },
    ['{"a":1,"b":2,"c":3}'],
    [],
  ],
  [
    'a pattern in another branch',
    { allOf: [{ properties: { a: {} } }, { patternProperties: { '^x': { type: 'integer' } } }] },
    ['{"a":1,"x1":2}'],
    ['{"a":1,"x1":"2"}', '{"a":1,"y":2}'],
  ],
  [
    'what is required but nowhere named',
    { properties: { a: {} }, anyOf: [{ required: ['b'] }, {}] },
    ['{}'],
    ['{"b":1}'],
  ],
])('closed by default, schemas that hold together are closed together: %s', (_, schema, right, wrong) => {
  const { matches } = language(schema, { closedObjects: true })
  expect(right.filter((text) => !matches(text))).toEqual([])
  expect(wrong.filter((text) => matches(text))).toEqual([])
})

test('properties come in the order of the schema, those named like integers too', () => {
  const written = '{"properties":{"b":{},"10":{},"a":{},"2":{},"\\u0031":{}},"additionalProperties":false}'
  const inOrder = ['{"b":0,"10":0,"a":0,"2":0,"1":0}', '{"10":0,"2":0}', '{"b":0,"1":0}']
  const others = ['{"1":0,"2":0}', '{"2":0,"10":0}', '{"2":0,"a":0}']
  const text = language(written)
  expect([...inOrder, ...others].map(text.matches)).toEqual([true, true, true, false, false, false])
  const named = (required: string[]): Language => language({ ...(JSON.parse(written) as object), required })
  expect(named(['b', '10', 'a', '2', '1']).matches(inOrder[0]!)).toBe(true)
  expect(named(['10', 'b', '2', 'a', '1']).matches('{"10":0,"b":0,"2":0,"a":0,"1":0}')).toBe(true)
  expect(language('{"const":{"z":1,"7":2}}').matches('{"z":1,"7":2}')).toBe(true)
  expect(() => language('{"type":')).toThrow(expect.objectContaining({ code: 'invalid-schema' }))
})

test('in any order, each property comes once, required ones at least, additional ones anywhere', () => {
  const schema = {
    type: 'object',
    properties: {
      a: { type: 'integer' },
      b: { type: 'object', properties: { x: {}, y: { $ref: '#' } }, required: ['y'] },
      c: false,
      d: { type: 'string' },
    },
    required: ['a', 'd'],
    additionalProperties: { type: 'null' },
  }
  const { matches } = language(schema, { propertyOrder: 'any' })
  const right = [
    '{"a":1,"d":"x"}',
    '{"d":"x","a":1}',
    '{"d":"x","q":null,"a":1,"r":null}',
    '{"b":{"y":{"d":"","a":2},"x":1},"d":"x","a":1}',
  ]
  const wrong = [
    '{"d":"x"}',
    '{}',
    '{"d":"x","a":1,"a":2}',
    '{"d":"x","a":1,"c":2}',
    '{"b":{"x":1},"d":"x","a":1}',
    '{"d":"x","a":1,}',
  ]
  expect({ right: right.filter(matches), wrong: wrong.filter(matches) }).toEqual({ right, wrong: [] })
})

test('in any order, nothing leads to where no property is left', () => {
  const named = { type: 'object', additionalProperties: false }
  const { allowsPrefix } = language({ ...named, properties: { a: {}, b: {} } }, { propertyOrder: 'any' })
  expect(['{"b":1,', '{"b":1,"a":2,', '{"b":1,"b"'].map(allowsPrefix)).toEqual([true, false, false])
  const dead = { ...named, properties: { a: {}, b: { type: 'string', enum: [1] } } }
  expect(language(dead, { propertyOrder: 'any' }).allowsPrefix('{"a":1,')).toBe(false)
  expect(() => language({ ...dead, required: ['b'] }, { propertyOrder: 'any' })).toThrow(
    expect.objectContaining({ code: 'unsatisfiable' }),
  )
})

test('limits of length beside a pattern of one varying part multiply no states', () => {
  const pattern = '^data:image/(jpg|jpeg);base64,[a-z0-9+/=]*$'
  const { matches } = language({ type: 'string', pattern, minLength: 24, maxLength: 30_000 })
  const text = (kind: string, length: number): string =>
    `"data:image/${kind};base64,${'a'.repeat(length - `data:image/${kind};base64,`.length)}"`
  const wrong = [text('jpg', 23), text('jpeg', 23), text('jpg', 30_001), text('jpeg', 30_001)]
  const right = [text('jpg', 24), text('jpeg', 24), text('jpg', 30_000), text('jpeg', 30_000)]
  expect(right.map(matches)).toEqual([true, true, true, true])
  expect(wrong.filter(matches)).toEqual([])
  expect(language({ type: 'string', pattern: '^[a-z]+$', maxLength: 10_000 }).matches('"abc"')).toBe(true)
  expect(() => language({ type: 'string', pattern: '^[a-z]{3}$', maxLength: 2 })).toThrow(
    expect.objectContaining({ code: 'unsatisfiable' }),
  )
})

test('listed texts and names beyond ASCII may be escaped', () => {
  const { matches } = language({
    type: 'object',
    properties: { é: { enum: ['µg', '😀'] } },
    required: ['é'],
    additionalProperties: false,
  })
  const right = ['{"é":"µg"}', '{"\\u00e9":"\\u00B5g"}', '{"é":"\\ud83d\\ude00"}']
  const wrong = ['{"\\u00e8":"µg"}', '{"é":"\\ud83d"}']
  expect({ right: right.filter(matches), wrong: wrong.filter(matches) }).toEqual({ right, wrong: [] })
})
