import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile, type ConstraintState } from '../constraint.ts'
import { compileLanguage } from '../language.ts'
import { runs } from '../testing/property-runs.ts'
import { byteVocabulary, has, maskOf, tokensIn, vocabularyOf } from '../testing/test-vocabulary.ts'
import { textOf, writeInTime } from '../testing/write-in-time.ts'

const unique = (items?: unknown, more: object = {}): object => ({
  type: 'array',
  uniqueItems: true,
  ...(items !== undefined && { items }),
  ...more,
})

const schemas: Record<string, object> = {
  texts: unique({ type: 'string' }),
  'few texts and words': unique({
    anyOf: [{ type: ['boolean', 'null'] }, { type: 'string', pattern: '^[aé]{0,2}$' }],
  }),
  numbers: unique({ type: 'number' }),
  halves: unique({ type: 'number', multipleOf: 0.5 }),
  'whole numbers between bounds, and none': unique({ type: ['integer', 'null'], minimum: 0, maximum: 12 }),
  'anything at all': unique(),
  objects: unique({
    type: 'object',
    properties: { a: { enum: [1, 'a', true] }, b: { type: 'boolean' } },
    additionalProperties: false,
  }),
  'objects that are open': unique({ type: 'object', properties: { a: { type: 'integer' } } }),
  'objects of few keys': unique({
    type: 'object',
    patternProperties: { '^[ab]$': { type: 'string' } },
    additionalProperties: false,
  }),
  'lists in lists': unique(unique({ type: ['boolean', 'string'], maxLength: 1 }), { minItems: 2 }),
  'either distinct or of some values': {
    anyOf: [unique({ type: 'string' }), { type: 'array', items: { enum: ['a', 'aa', 1] } }],
  },
  'a list inside an object': {
    type: 'object',
    properties: { a: unique({ type: ['string', 'number'] }), b: { type: 'string' } },
  },
  'keys that count': {
    type: 'object',
    minProperties: 3,
    patternProperties: { '^[ab]{1,2}$': { type: 'integer' }, '^.{2}$': true },
  },
  'a property that is demanded': { type: 'object', not: { additionalProperties: { type: 'integer' } } },
  'with one that is contained': unique({ type: ['string', 'integer'] }, { contains: { type: 'integer' } }),
}

const words = ['a', 'aa', 'é', '\\u0061', '","', '",', '["', '"]', '","a","', '{"a":', '},{', 'true', 'null']
const vocabulary = byteVocabulary([
  ...words,
  ...['[1,1', '[1,2', '1,', '12', '11', '2,2', '1]', '"a"', '","a"', '{"a":1}', '{"a":1,"a"', 'tru', ',true'],
  ...[
    '[true',
    'false,',
    '.5',
    '":',
    '1.0',
    '1e0',
    '],[',
    '[]',
    ',{"b',
    '"a",',
    '["a","a"]',
    '[[],[]',
    '\\',
    '\\u00',
  ],
])

/** A text that a constraint allows, as tokens, by a choice of each. */
function walk(
  state: ConstraintState,
  choices: readonly number[],
  see: (mask: Uint32Array) => void,
): number[] {
  const mask = maskOf(vocabulary)
  const written: number[] = []
  for (const choice of choices) {
    const count = state.allowed(mask)
    const tokens = tokensIn(mask)
    expect(tokens.length).toBe(count)
    see(mask)
    // Tokens of several characters are chosen more often, so that more is written.
    const long = tokens.filter((token) => token >= 256 && token < vocabulary.size - 1)
    const from = choice % 3 > 0 && long.length > 0 ? long : tokens
    const token = from[choice % from.length]!
    if (vocabulary.endTokens.includes(token)) break
    expect(state.accept(token)).toBe(true)
    written.push(token)
  }
  return written
}

test.each(Object.entries(schemas))(
  '%s: a mask has just the tokens that are accepted, and one always',
  (_, schema) => {
    const constraint = compile({ kind: 'json-schema', schema, whitespace: 'flexible' }, vocabulary)
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { maxLength: 40 }), (choices) => {
        const state = constraint.start()
        walk(state, choices, (mask) => {
          const before = state.snapshot()
          const wrong = vocabulary.tokens.flatMap((_, token) => {
            const accepted = state.accept(token)
            state.restore(before)
            return accepted === has(mask, token) ? [] : [textOf(vocabulary, [token])]
          })
          expect(wrong).toEqual([])
          expect(mask.some((word) => word !== 0)).toBe(true)
        })
      }),
      runs(6),
    )
  },
)

test.each(Object.entries(schemas))('%s: what is written in time repeats nothing', (_, schema) => {
  const source = { kind: 'json-schema', schema, whitespace: 'compact' } as const
  const constraint = compile(source, vocabulary, { warmUp: 0 })
  const { matches } = compileLanguage(source)
  const least = constraint.start().tokensToEnd()
  if (least === Infinity) return
  fc.assert(
    fc.property(fc.array(fc.nat(10_000), { minLength: 60, maxLength: 60 }), (choices) => {
      const written = writeInTime(constraint.start(), vocabulary, least + 30, (tokens, step) => {
        const open = tokens.filter((token) => !vocabulary.endTokens.includes(token))
        return (open.length > 0 ? open : tokens)[choices[step]! % (open.length || tokens.length)]!
      })
      const text = textOf(vocabulary, written.tokens)
      expect({ text, ended: written.ended, matches: matches(text) }).toEqual({
        text,
        ended: true,
        matches: true,
      })
    }),
    runs(6),
  )
})

test('items are equal as JSON Schema has it, however they are written', () => {
  const { matches } = compileLanguage({ kind: 'json-schema', schema: unique(), whitespace: 'flexible' })
  const equal = [
    '[1,1.0]',
    '[100,1e2]',
    '[0,-0]',
    '["a","\\u0061"]',
    '["😀","\\ud83d\\ude00"]',
    '[{"a":1,"b":[2]},{"b":[2.0],"a":1}]',
    '[[], [ ]]',
    '[null,null]',
  ]
  const different = [
    '[1,"1"]',
    '[1,true]',
    '[0,false]',
    '[[1],[[1]]]',
    '[{"a":1},{"b":1}]',
    '["a","A"]',
    '[{},[]]',
  ]
  expect(equal.filter(matches)).toEqual([])
  expect(different.filter((text) => !matches(text))).toEqual([])
})

test('a list ends once its values are used up, and asks for no more than there are', () => {
  const items = { anyOf: [{ type: 'boolean' }, { type: 'string', pattern: '^[ab]$' }] }
  const schema = unique(items, { minItems: 2 })
  const { allowsPrefix } = compileLanguage({ kind: 'json-schema', schema })
  expect(['[true,"a","b",false', '[true,"a","b",f', '[true,"a",'].map(allowsPrefix)).toEqual([
    true,
    true,
    true,
  ])
  expect(['[true,"a","b",false,', '[true,t', '["a","a'].map(allowsPrefix)).toEqual([false, false, false])
  expect(() => compileLanguage({ kind: 'json-schema', schema: unique(items, { minItems: 5 }) })).toThrow(
    expect.objectContaining({ code: 'unsupported-schema' }) as Error,
  )
})

test('a vocabulary that cannot spell a second item writes one', () => {
  const schema = unique({ type: 'string' }, { minItems: 1 })
  const small = vocabularyOf(['["', 'a', '"', ',', '"]', ']'])
  const state = compile({ kind: 'json-schema', schema }, small).start()
  for (const token of [0, 1]) expect(state.accept(token)).toBe(true)
  expect(state.wayOut()).toEqual([4])
})

test('a number that more digits leave the same as a double goes on to another', () => {
  const { allowsPrefix } = compileLanguage({ kind: 'json-schema', schema: unique({ type: 'number' }) })
  const ends = ['[0.1,0.1', '[0.1,0.10000000000000001', '[1e999,1e99', '[1e999,1e9999', '[1e-999,0e'].map(
    (text) => [text, allowsPrefix(text)],
  )
  expect(Object.fromEntries(ends)).toEqual({
    '[0.1,0.1': true,
    '[0.1,0.10000000000000001': true,
    '[1e999,1e99': true,
    '[1e999,1e9999': false,
    '[1e-999,0e': false,
  })
})

test('what a token goes on with is looked at, too, where an item repeated inside it leaves another reading', () => {
  const lists = (items: object): object => ({ type: 'array', items: { type: 'array', items } })
  const schema = {
    anyOf: [{ ...lists({ type: ['number', 'string'] }), uniqueItems: true }, lists({ type: 'integer' })],
  }
  const long = byteVocabulary(['],[1.5', '],[15', '],["a', '],["\u00e9"'])
  const state = compile({ kind: 'json-schema', schema }, long).start()
  for (const byte of Buffer.from('[[1],[1')) expect(state.accept(byte)).toBe(true)
  const mask = maskOf(long)
  state.allowed(mask)
  expect([256, 257, 258, 259].map((token) => has(mask, token))).toEqual([false, true, false, false])
})

test('a list asks for no more items than can be remembered, nor for what other items may have taken', () => {
  const integers = { type: 'integer' }
  const few = { enum: [1, 2, 3] }
  const refused = [
    unique({ type: 'string' }, { minItems: 10_001 }),
    unique(few, { minItems: 3, contains: { const: 1 }, minContains: 0, maxContains: 0 }),
    unique(undefined, { prefixItems: [few, { const: 1 }], maxItems: 2, contains: integers, minContains: 2 }),
  ]
  for (const schema of refused)
    expect(() => compileLanguage({ kind: 'json-schema', schema })).toThrow(
      expect.objectContaining({ where: { path: '#/uniqueItems' } }) as Error,
    )
  const schema = unique(few, { minItems: 3, contains: { const: 1 }, maxContains: 1 })
  expect(compileLanguage({ kind: 'json-schema', schema }).matches('[3,1,2]')).toBe(true)
})

test('a place from which all seemed free, as an item was repeated there, is looked at again where none is', () => {
  const patterns = ['^[ab]$', '^[abc]x?$', '^b$']
  const schema = unique(false, { prefixItems: patterns.map((pattern) => ({ type: 'string', pattern })) })
  const comma = byteVocabulary(['",'])
  const constraint = compile({ kind: 'json-schema', schema }, comma, { warmUp: 0 })
  const mask = maskOf(comma)
  const goesOn = ['["a","a', '["a","b', '["a","c'].map((text) => {
    const state = constraint.start()
    for (const byte of Buffer.from(text)) expect(state.accept(byte)).toBe(true)
    state.allowed(mask)
    return has(mask, 256)
  })
  expect(goesOn).toEqual([false, false, true])
})
