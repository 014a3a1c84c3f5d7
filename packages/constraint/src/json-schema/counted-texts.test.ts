import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile } from '../constraint.ts'
import { compileLanguage } from '../language.ts'
import { runs } from '../testing/property-runs.ts'
import { has, maskOf, wordVocabulary } from '../testing/test-vocabulary.ts'

const many = 2_000

test.each([
  [{ format: 'email', maxLength: 254 }, [`a@${'b'.repeat(60)}.example`], [`a@${'b.'.repeat(126)}example`]],
  [
    { pattern: '^[a-z]+(-[a-z]+)*$', maxLength: many },
    ['a'.repeat(many), 'a-b'],
    ['a'.repeat(many + 1), 'a-'],
  ],
  [
    { pattern: 'foo', minLength: 1_000, maxLength: many },
    [`${'x'.repeat(997)}foo`, `foo${'x'.repeat(many - 3)}`],
    [`${'x'.repeat(996)}foo`, `foo${'x'.repeat(many - 2)}`, 'x'.repeat(1_500)],
  ],
  [
    { pattern: '^(a|bb)*$', minLength: 999, maxLength: 1_000 },
    ['bb'.repeat(500), `a${'bb'.repeat(499)}`],
    ['bb'.repeat(499), 'bb'.repeat(501)],
  ],
  [
    { pattern: '^(aa)*$', minLength: 501 },
    ['aa'.repeat(251), 'aa'.repeat(900)],
    ['aa'.repeat(250), 'a'.repeat(503)],
  ],
  [
    { allOf: [{ pattern: '^a' }, { pattern: 'b$' }, { not: { pattern: 'c' } }], maxLength: many },
    [`a${'\n"\\'.repeat(100)}b`],
    [`a${'c'.repeat(100)}b`, `a${'x'.repeat(many - 1)}b`],
  ],
  [{ maxLength: 300, minLength: 2 }, ['ab', '😀'.repeat(300)], ['a', '😀'.repeat(301)]],
])('lengths beside conditions are counted: %j', (schema, right, wrong) => {
  const { matches } = compileLanguage({ kind: 'json-schema', schema: { type: 'string', ...schema } })
  for (const text of right) expect([text, matches(JSON.stringify(text))]).toEqual([text, true])
  for (const text of wrong) expect([text, matches(JSON.stringify(text))]).toEqual([text, false])
})

test('what is counted agrees with a regex and a length, and no text that may go on is without an end', () => {
  const patterns = ['^(ab?)*c?$', 'ab', '^[ab]*(c[ab]+)*$', '^(?:a{3}|bb)*$', '^a.*c$']
  fc.assert(
    fc.property(
      fc.constantFrom(...patterns),
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 400, max: 402 }),
      fc.array(fc.constantFrom('a', 'b', 'c', 'ab', 'aab'), { maxLength: 6 }),
      fc.constantFrom('a', 'ab', 'b', 'aaa'),
      (pattern, least, spread, parts, filling) => {
        const [minLength, maxLength] = [spread - 3 + (least % 3), spread]
        const language = compileLanguage({
          kind: 'json-schema',
          schema: { type: 'string', pattern, minLength, maxLength },
        })
        const filled = filling.repeat(Math.floor((spread - parts.join('').length) / filling.length))
        for (const text of [
          parts.join('') + filled,
          filled + parts.join(''),
          `a${filled}c`.slice(0, spread + 1),
        ]) {
          const isRight =
            new RegExp(pattern).test(text) && text.length >= minLength && text.length <= maxLength
          expect([pattern, minLength, text, language.matches(JSON.stringify(text))]).toEqual([
            pattern,
            minLength,
            text,
            isRight,
          ])
        }
        expect(goesOn(language.allowsPrefix, parts.join(''), 'abc"')).toBe(true)
      },
    ),
    runs(12),
  )
})

/** Whether what is begun ends somewhere, whatever allowed character comes next. */
function goesOn(allows: (text: string) => boolean, begun: string, characters: string): boolean {
  let text = '"'
  const wanted = [...begun]
  for (let step = 0; step < 500; step++) {
    const next = [wanted.shift(), ...characters].find((one) => one !== undefined && allows(text + one))
    if (next === undefined) return false
    text += next
    if (next === '"') return true
  }
  return false
}

test('no escape begins where no character is left', () => {
  for (const schema of [
    { minLength: 1, maxLength: 60 },
    { maxLength: 900, pattern: '^[^a]+(b[^a]+)*$' },
  ]) {
    const { allowsPrefix } = compileLanguage({ kind: 'json-schema', schema: { type: 'string', ...schema } })
    const full = `"${'x'.repeat(schema.maxLength)}`
    expect(allowsPrefix(`${full.slice(0, -1)}\\n"`)).toBe(true)
    expect(allowsPrefix(`${full}\\`)).toBe(false)
    expect(allowsPrefix(`${full}"`)).toBe(true)
  }
})

test('masks of counted texts are those that their characters allow, up to the last one', () => {
  const vocabulary = wordVocabulary(['a', 'b', '-', '"'], 4)
  const schema = { type: 'string', pattern: '^[a-z]+(-[a-z]+)*$', maxLength: 400 }
  const state = compile({ kind: 'json-schema', schema }, vocabulary, { warmUp: 0 }).start()
  const { allowsPrefix } = compileLanguage({ kind: 'json-schema', schema })
  const mask = maskOf(vocabulary)
  const textOf = (token: number): string => new TextDecoder().decode(vocabulary.tokens[token])
  let text = ''
  for (const length of [0, 1, 200, 396, 398, 399, 400]) {
    while (text.length < length + 1) {
      const next = text === '' ? '"' : 'a'
      const token = vocabulary.tokens.findIndex((_, index) => textOf(index) === next)
      expect(state.accept(token)).toBe(true)
      text += next
    }
    state.allowed(mask)
    for (let token = 0; token < vocabulary.size; token++) {
      const more = textOf(token)
      if (more === '' || more.includes('\ufffd') || vocabulary.endTokens.includes(token)) continue
      expect([length, more, has(mask, token)]).toEqual([length, more, allowsPrefix(text + more)])
    }
  }
})

test('of many listed values each is written once, in any order, as often as the list allows', () => {
  const values = Array.from({ length: 120 }, (_, index) => `v${index}`)
  const schema = { type: 'array', items: { enum: values }, uniqueItems: true, minItems: 2, maxItems: 3 }
  const { matches } = compileLanguage({ kind: 'json-schema', schema })
  expect(matches('["v7","v70","v1"]')).toBe(true)
  expect(matches('["v7","v70"]')).toBe(true)
  expect(matches('["v7"]')).toBe(false)
  expect(matches('[]')).toBe(false)
  expect(matches('["v7","v70","v7"]')).toBe(false)
  expect(matches('["v7","v70","v1","v2"]')).toBe(false)
  const all = compileLanguage({ kind: 'json-schema', schema: { ...schema, minItems: 120, maxItems: 120 } })
  expect(all.matches(JSON.stringify(values.toReversed()))).toBe(true)
  expect(all.matches(JSON.stringify([...values.slice(1), 'v1']))).toBe(false)
})

test('of listed objects that differ in the order of their keys alone one is written', () => {
  const values = ['{"a":1,"b":{"c":1,"d":2}}', '{"b":{"d":2,"c":1},"a":1}']
  const { matches } = compileLanguage({
    kind: 'json-schema',
    schema: {
      type: 'array',
      items: { enum: [...values.map((text) => JSON.parse(text) as object), 'x'] },
      uniqueItems: true,
    },
  })
  expect([`["x",${values[0]}]`, `[${values.join()}]`].map(matches)).toEqual([true, false])
})

test.each<[string, unknown, string]>([
  [
    'a pattern that may be read in many ways',
    { pattern: '^(a?b?c?){1,2000}$', maxLength: 7_000 },
    '#/$defs/x',
  ],
  ['references that lead on to one another', chainOfReferences(5_000), '#/$defs/d499'],
  ['options beside many properties', optionsBeside(400), '#'],
  ['schemas inside one another', nested(20_000), `#${'/properties/a'.repeat(5)}/properties`],
])('%s: refused as too large, with a place and a hint', (_, schema, path) => {
  const inner = { $defs: { x: { type: 'string', ...(schema as object) } }, $ref: '#/$defs/x' }
  const whole = typeof schema === 'string' ? schema : path === '#/$defs/x' ? inner : schema
  const refuse = (): unknown => compileLanguage({ kind: 'json-schema', schema: whole })
  expect(refuse).toThrow(
    expect.objectContaining({ code: 'too-large', where: { path }, hint: expect.any(String) as string }),
  )
})

function chainOfReferences(length: number): unknown {
  const links = Array.from({ length }, (_, index) => [`d${index}`, { $ref: `#/$defs/d${index + 1}` }])
  return { $ref: '#/$defs/d0', $defs: { ...Object.fromEntries(links), [`d${length}`]: { type: 'string' } } }
}

/** Each option is an object of its own, with all properties. */
function optionsBeside(count: number): unknown {
  const names = Array.from({ length: count }, (_, index) => `p${index}`)
  const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]))
  return { type: 'object', properties, anyOf: names.map((name) => ({ required: [name] })) }
}

/** As text: what writes JSON runs out of stack sooner. */
function nested(depth: number): string {
  return `${'{"properties":{"a":'.repeat(depth)}{}${'}}'.repeat(depth)}`
}

test('bounds of hundreds of digits are enforced', () => {
  const { matches } = compileLanguage({
    kind: 'json-schema',
    schema: { type: 'integer', minimum: 1e300, exclusiveMaximum: 2e300 },
  })
  const zeros = '0'.repeat(300)
  const nines = '9'.repeat(300)
  expect([`1${zeros}`, `1${nines}`, `1${zeros.slice(1)}7`].map(matches)).toEqual([true, true, true])
  expect([nines, `2${zeros}`, `1${zeros}0`, `-1${zeros}`].map(matches)).toEqual([false, false, false, false])
})

test('a repeat at an open edge of a pattern is not counted beyond the fewest', () => {
  const { matches } = compileLanguage({
    kind: 'json-schema',
    schema: { type: 'string', pattern: 'a(bc?){2,50000}', maxLength: 20_000 },
  })
  expect(['xabcb', 'abb', `ab${'bc'.repeat(9_000)}`].map((text) => matches(`"${text}"`))).toEqual([
    true,
    true,
    true,
  ])
  expect(['abc', 'bb', `abb${'x'.repeat(20_000)}`].map((text) => matches(`"${text}"`))).toEqual([
    false,
    false,
    false,
  ])
})

test('a least length beside a pattern of many states is enforced', () => {
  const { matches } = compileLanguage({
    kind: 'json-schema',
    schema: { type: 'string', pattern: '^(ab?){1,5000}$', minLength: 10, maxLength: 300 },
  })
  const accepted = [
    'ab'.repeat(5),
    'a'.repeat(10),
    'a'.repeat(300),
    'a'.repeat(9),
    'ab'.repeat(4),
    'a'.repeat(301),
  ]
  expect(accepted.map((text) => matches(`"${text}"`))).toEqual([true, true, true, false, false, false])
})
