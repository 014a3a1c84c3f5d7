import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildNetwork } from '../grammar/build-network.ts'
import { compileLanguage } from '../language.ts'
import { runs } from '../testing/property-runs.ts'
import { compileSchema } from './compile-schema.ts'
import type { Json } from './schema-location.ts'

const names = ['a', 'b', 'c', 'd']

/** A few of the names in some order, each with one of the values. */
function named(all: readonly string[], values: readonly Json[]): fc.Arbitrary<[string, Json][]> {
  return fc
    .shuffledSubarray([...all])
    .chain((some) => fc.tuple(...some.map((name) => fc.tuple(fc.constant(name), fc.constantFrom(...values)))))
}

const option: fc.Arbitrary<Json> = fc
  .tuple(
    named(names, [{ type: 'integer' }, { const: 'x' }, { type: ['null', 'integer'] }, {}]),
    fc.constantFrom<{ [key: string]: Json }>(
      {},
      { additionalProperties: false },
      { additionalProperties: { type: 'null' } },
      { minProperties: 2 },
      { maxProperties: 2 },
      { type: ['object', 'null'] },
    ),
  )
  .map(([properties, more]) => ({
    type: 'object',
    properties: Object.fromEntries(properties),
    required: properties.slice(0, 1).map(([name]) => name),
    ...more,
  }))
const text = named([...names, 'z'], [1, null, 'x']).map((pairs) => JSON.stringify(Object.fromEntries(pairs)))

test('objects that are written as one are those that any of the alternatives allows', () => {
  const seen = new Set<boolean>()
  fc.assert(
    fc.property(
      fc.array(option, { minLength: 2, maxLength: 5 }),
      fc.array(text, { minLength: 10, maxLength: 20 }),
      fc.constantFrom('schema' as const, 'any' as const),
      (options, texts, propertyOrder) => {
        const read = (schema: Json) =>
          compileLanguage({ kind: 'json-schema', schema: JSON.stringify(schema), propertyOrder })
        const either = read({ anyOf: options })
        const each = options.map(read)
        for (const one of texts) {
          const isRight = each.some(({ matches }) => matches(one))
          expect(either.matches(one), `${one} of ${JSON.stringify(options)}`).toBe(isRight)
          seen.add(isRight)
        }
      },
    ),
    runs(40),
  )
  expect(seen).toEqual(new Set([false, true]))
})

/** Nodes of the network for so many choices between two alternatives, beside properties that all have. */
function sizeOf(choices: number): number {
  const chosen = Array.from({ length: choices }, (_, index) => `choice${index}`)
  const shared = Array.from({ length: 20 }, (_, index) => `shared${index}`)
  const { grammar } = compileSchema({
    type: 'object',
    properties: Object.fromEntries([...chosen, ...shared].map((name) => [name, {}])),
    additionalProperties: false,
    allOf: chosen.map((name) => ({
      anyOf: [
        { properties: { [name]: { const: 'short' } } },
        { properties: { [name]: { type: 'integer' } }, required: [name] },
      ],
    })),
  })
  return buildNetwork(grammar).nodeCount
}

test('alternatives that multiply do not multiply what they have in common', () => {
  expect(sizeOf(8)).toBeLessThan(2 * sizeOf(2))
})
