import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile } from './constraint.ts'
import { ConstraintError } from './errors/constraint-error.ts'
import { compileLanguage } from './language.ts'
import type { ConstraintSource } from './source.ts'
import { runs } from './testing/property-runs.ts'
import { maskOf, tokensIn, wordVocabulary } from './testing/test-vocabulary.ts'

const vocabulary = wordVocabulary(['x', 'y', 'a', ' ', '"'], 4)
/** For compiling and 30 tokens, as `toCostAtMost` counts: at most two seconds where one takes 30 ms. */
const sortsAllowed = 50

const chain = (length: number) =>
  [
    'root ::= r0',
    ...Array.from({ length }, (_, index) => `r${index} ::= r${index + 1} | "x"`),
    `r${length} ::= "y"`,
  ].join('\n')

test.each<[string, ConstraintSource]>([
  [
    'a rule that calls itself twice',
    { kind: 'gbnf', text: 'root ::= "x" root root | "x" root | root root | "x" | ""' },
  ],
  [
    'a rule that calls itself in every place',
    { kind: 'gbnf', text: 'root ::= "x" root root root root | root root root | "x"' },
  ],
  ['hidden left recursion', { kind: 'gbnf', text: 'root ::= a root "x" | "x"\na ::= b*\nb ::= ""| "y"' }],
  ['nested stars', { kind: 'regex', pattern: '((((x*)*)*)*)*y' }],
  ['nested bounds', { kind: 'regex', pattern: '(((x{1,1000}){1,1000}){1,1000}){1,1000}' }],
  ['huge bounds', { kind: 'regex', pattern: '(x|xy|xyx){5,1000000000}' }],
  ['many optional parts', { kind: 'regex', pattern: `${'x?'.repeat(2_000)}${'x'.repeat(2_000)}` }],
  ['a subset automaton of 2^40 states', { kind: 'regex', pattern: '[xy]*x[xy]{40}' }],
  ['look-ahead over long bounds', { kind: 'regex', pattern: '(?=.*x.{300})(?=.*y.{300}).{10,2000}' }],
  [
    'a choice of 5,000',
    {
      kind: 'json-schema',
      schema: { enum: Array.from({ length: 5_000 }, (_, index) => `x${index * 7919}`) },
    },
  ],
  ['a chain of 5,000 rules', { kind: 'gbnf', text: chain(5_000) }],
  [
    'anyOf in anyOf',
    {
      kind: 'json-schema',
      schema: { allOf: Array.from({ length: 20 }, () => ({ anyOf: [{ minLength: 1 }, { maxLength: 2 }] })) },
    },
  ],
  [
    'a very long string',
    { kind: 'json-schema', schema: { type: 'string', minLength: 100_000, maxLength: 10_000_000 } },
  ],
  [
    'a thousand optional properties',
    {
      kind: 'json-schema',
      schema: {
        type: 'object',
        properties: Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`x${index}`, {}])),
      },
    },
  ],
  ['deep groups', { kind: 'regex', pattern: `${'('.repeat(5_000)}x${')'.repeat(5_000)}` }],
  [
    'deep groups in a grammar',
    { kind: 'gbnf', text: `root ::= ${'('.repeat(5_000)}"x"${')'.repeat(5_000)}` },
  ],
  ['a repeated choice of everything', { kind: 'lark', text: 'start: (start | "x" | start start)*' }],
])('%s ends in a result or a typed error, at once and in 500 MB', async (_, source) => {
  const heap = process.memoryUsage().heapUsed
  let outcome = ''
  await expect(() => (outcome = outcomeOf(source))).toCostAtMost(sortsAllowed)
  expect(['done', 'too-large', 'too-ambiguous']).toContain(outcome)
  expect((process.memoryUsage().heapUsed - heap) / 2 ** 20).toBeLessThan(500)
})

function outcomeOf(source: ConstraintSource): string {
  try {
    const state = compile(source, vocabulary, { warmUp: 0 }).start()
    const mask = maskOf(vocabulary)
    for (let step = 0; step < 30 && state.allowed(mask) > 0; step++) {
      const token = tokensIn(mask).findLast((one) => !vocabulary.endTokens.includes(one))
      if (token === undefined) break
      expect(state.accept(token)).toBe(true)
    }
    return 'done'
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error
    return error.code
  }
}

const symbols = fc.array(
  fc.constantFrom(
    ...'()[]{}|*+?.^$\\-,:=~"/#%<>! \n\t',
    'a',
    'Z',
    '0',
    '7',
    'root',
    '::=',
    'start',
    '(?',
    '%import',
    '%ignore',
    'é',
    '\ud800',
    '😀',
  ),
  { maxLength: 30 },
)

test.each(['regex', 'gbnf', 'lark'] as const)(
  'random symbols as a %s never fail in another way than by a typed error',
  (kind) => {
    fc.assert(
      fc.property(symbols, fc.string({ unit: 'binary', maxLength: 8 }), (parts, text) => {
        const written = parts.join('')
        const sources = {
          regex: { kind: 'regex', pattern: written },
          gbnf: { kind: 'gbnf', text: `root ::= ${written}` },
          lark: { kind: 'lark', text: `start: ${written}` },
        } as const
        try {
          compileLanguage(sources[kind]).check(text)
        } catch (error) {
          expect(error).toBeInstanceOf(ConstraintError)
        }
      }),
      runs(300),
    )
  },
)

test('random JSON as a schema never fails in another way than by a typed error', () => {
  const keywords = [
    'type',
    'enum',
    'const',
    'items',
    'properties',
    'required',
    'allOf',
    '$ref',
    'minimum',
    'maxLength',
    'pattern',
    'prefixItems',
    'additionalProperties',
  ]
  const json = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, false, 0, -1, 1.5, 'string', 'object', '#', '(', '#/items'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keywords), tie('value'), { maxKeys: 3 }),
    ),
  })).value
  fc.assert(
    fc.property(json, (schema) => {
      try {
        compileLanguage({ kind: 'json-schema', schema }).check('{"a":[1]}')
      } catch (error) {
        expect(error).toBeInstanceOf(ConstraintError)
      }
    }),
    runs(300),
  )
})
