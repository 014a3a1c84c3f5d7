import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ConstraintError } from '../errors/constraint-error.ts'
import { compileLanguage } from '../language.ts'
import { runs } from '../testing/property-runs.ts'

type Schema = boolean | { [keyword: string]: unknown }

const names = fc.constantFrom('a', 'b', 'c')
const scalar = fc.constantFrom<unknown>(null, true, 0, 3, 2.5, 'a', 'bb', [1], {}, { a: 1 })
const optional = { requiredKeys: [] as never[] }
/** Schemas of every keyword that combines or negates others. */
const anySchema = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'schema' },
    fc.constantFrom<Schema>(true, false, {}, { type: 'integer' }, { type: ['string', 'null'] }),
    fc.record({ enum: fc.uniqueArray(scalar, { minLength: 1, maxLength: 3, selector: JSON.stringify }) }),
    fc.record({ minimum: fc.integer({ min: 0, max: 3 }), multipleOf: fc.constantFrom(0.5, 1, 3) }, optional),
    fc.record({ minLength: fc.nat(2), maxLength: fc.nat(2), pattern: fc.constantFrom('^a', 'b$') }, optional),
    fc.record(
      {
        properties: fc.dictionary(names, tie('schema'), { maxKeys: 2 }),
        patternProperties: fc.dictionary(fc.constantFrom('^a', 'b|c', '.'), tie('schema'), { maxKeys: 2 }),
        additionalProperties: tie('schema'),
        required: fc.subarray(['a', 'b', 'c']),
        minProperties: fc.nat(2),
        maxProperties: fc.nat(3),
        propertyNames: fc.constantFrom<Schema>(
          { maxLength: 1 },
          { enum: ['a', 'b'] },
          { not: { const: 'c' } },
        ),
        dependentRequired: fc.constantFrom({ a: ['b'] }, { b: ['a', 'c'] }),
        dependentSchemas: fc.record({ a: tie('schema') }),
        unevaluatedProperties: fc.constantFrom<Schema>(false, { type: 'integer' }),
      },
      optional,
    ),
    fc.record(
      {
        items: tie('schema'),
        prefixItems: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
        minItems: fc.nat(2),
        maxItems: fc.nat(3),
        unevaluatedItems: fc.constantFrom<Schema>(false, { type: 'integer' }),
      },
      optional,
    ),
    // Without `prefixItems`: Ajv takes an empty list to contain anything beside it.
    fc.record(
      {
        items: tie('schema'),
        maxItems: fc.nat(3),
        contains: tie('schema'),
        minContains: fc.nat(2),
        maxContains: fc.integer({ min: 1, max: 2 }),
      },
      { requiredKeys: ['contains'] },
    ),
    fc.record({ not: tie('schema') }),
    fc.record(
      { allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }), not: tie('schema') },
      optional,
    ),
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
    fc.record({ oneOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    // oxlint-disable-next-line unicorn/no-thenable
    fc.record({ if: tie('schema'), then: tie('schema'), else: tie('schema') }, { requiredKeys: ['if'] }),
  ),
})).schema

const anyValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'value' },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.record({ a: tie('value'), b: tie('value'), c: tie('value') }, optional),
  ),
})).value

/** Objects as `JSON.parse` makes them. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

const ajv = new Ajv2020({ strict: false, validateFormats: false })

test('no text is accepted that another validator calls invalid, whatever keywords combine, and most valid ones are', () => {
  const counts = { valid: 0, accepted: 0, invalid: 0, compiled: 0 }
  fc.assert(
    fc.property(
      fc.constantFrom('schema' as const, 'any' as const),
      anySchema.map(plain),
      fc.array(anyValue.map(plain), { minLength: 8, maxLength: 8 }),
      (propertyOrder, schema, values) => {
        const validate = ajv.compile(schema)
        let matches: (text: string) => boolean
        try {
          ;({ matches } = compileLanguage({ kind: 'json-schema', schema, propertyOrder }))
        } catch (error) {
          if (!(error instanceof ConstraintError)) throw error
          if (error.code === 'unsatisfiable') matches = () => false
          else return
        }
        counts.compiled++
        for (const value of values) {
          const isValid = validate(value)
          const found = matches(JSON.stringify(value))
          counts[isValid ? 'valid' : 'invalid']++
          if (isValid && found) counts.accepted++
          if (found) expect({ value, isValid }).toEqual({ value, isValid: true })
        }
      },
    ),
    runs(100),
  )
  expect(counts.compiled).toBeGreaterThan(70)
  expect(Math.min(counts.valid, counts.invalid)).toBeGreaterThan(150)
  // The rest has its properties in another order, or an alternative that is not told apart.
  expect(counts.accepted / counts.valid).toBeGreaterThan(0.95)
})
