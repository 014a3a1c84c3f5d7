import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile, type ConstraintState } from './constraint.ts'
import { ConstraintError } from './errors/constraint-error.ts'
import type { ConstraintSource } from './source.ts'
import { runs } from './testing/property-runs.ts'
import {
  byteVocabulary,
  maskOf,
  tokensIn,
  vocabularyOf,
  vocabularyOfBytes,
  wordVocabulary,
} from './testing/test-vocabulary.ts'
import type { Vocabulary } from './vocabulary/vocabulary.ts'

const sources: ConstraintSource[] = [
  { kind: 'regex', pattern: '[a-c"]*' },
  { kind: 'regex', pattern: '[a-c]{1,9}("[a-e]{2,5})?' },
  { kind: 'regex', pattern: '"([^"\\\\]|\\\\["\\\\])*"' },
  { kind: 'regex', pattern: '(?i)(abc|ABD|[a-b]+e)*' },
  { kind: 'regex', pattern: '(?=.*e)(?=.*")[a-e"]{3,7}' },
  { kind: 'regex', pattern: '(?=.*e)(?=.*")[a-eé"]{3,11}' },
  { kind: 'regex', pattern: '(?=.*ba)[a-e"]{3,30}' },
  { kind: 'regex', pattern: '(?!.*ea)[a-e]+' },
  { kind: 'regex', pattern: 'é?[a-e]+(é[a-e]*)*' },
  { kind: 'regex', pattern: '.{0,12}' },
  { kind: 'gbnf', text: 'root ::= "a" root "b" | [cde]* root "\\"" | ""' },
  { kind: 'gbnf', text: 'root ::= list\nlist ::= list "e" item | item\nitem ::= [a-d]+ | "\\"" list "\\""' },
  { kind: 'json-schema', schema: { type: 'array', items: { type: 'string', maxLength: 6 } } },
  { kind: 'json-schema', schema: { type: 'object', additionalProperties: { enum: ['a', 'abc', 'abd'] } } },
  ...(['schema', 'any'] as const).map((propertyOrder): ConstraintSource => {
    const properties = { abc: { enum: ['a'] }, ad: { enum: ['b'] }, é: { enum: ['c'] } }
    const schema = { type: 'object', properties, required: ['ad'], additionalProperties: { type: 'string' } }
    return { kind: 'json-schema', schema, propertyOrder }
  }),
  { kind: 'regex', pattern: '(?!abc"|ad"|e{3})[a-eé"]*' },
  { kind: 'regex', pattern: '(?!(?:a|ab|abcd|bad|bed|cab|cabe|deed|e|ebb)")[a-eé"]*' },
  { kind: 'regex', pattern: '[a-e]{6}"[a-eé]{9}"' },
  { kind: 'regex', pattern: '(?:[^é"]+[é"]){0,9}[^é"]+' },
  { kind: 'regex', pattern: '(?:[^é]*é){4,7}[ -~]{2,40}"?' },
  { kind: 'regex', pattern: '(?:[^é]*(?:abc|ed"|"a)[^é]*é){2}' },
  { kind: 'regex', pattern: '(?:(?:[^é"]|é[^é])+"){2}' },
  {
    kind: 'json-schema',
    schema: { type: 'array', items: { type: 'string', pattern: '^(?:[^é]+é){0,5}[^é]+$' } },
  },
  { kind: 'json-schema', schema: { type: 'string', pattern: 'ab|bac|ee', maxLength: 300 } },
  {
    kind: 'json-schema',
    propertyOrder: 'any',
    schema: {
      type: 'object',
      properties: { a: { const: 1 }, abc: { maxLength: 250 }, abd: {}, bad: { pattern: 'e' }, cab: {} },
    },
  },
  { kind: 'lark', text: 'start: (WORD "\\"")* WORD\nWORD: /[a-d]+/ "e"~1..3' },
]
/** 3,200 words, so that masks take every path: walks, splits, chains, merged suffixes. */
const words = wordVocabulary(['a', 'b', 'c', 'd', 'e', '"', 'é'], 4)
const encoder = new TextEncoder()
const pieces = vocabularyOfBytes([
  ...['a', 'b', 'c', 'ab', 'bc', '"', '"a', 'e"', 'é', 'éa', '😀', 'a😀', '\\', '\n'].map((text) =>
    encoder.encode(text),
  ),
  ...[
    [0xc3],
    [0xa9],
    [0xa9, 0x61],
    [0x61, 0xc3],
    [0xf0, 0x9f],
    [0x98, 0x80],
    [0x98],
    [0x80, 0x22],
    [0xff],
    [0xc3, 0x28],
    [0xa9, 0xc3],
    [0x80, 0x80, 0x80, 0x80],
  ].map((bytes) => Uint8Array.from(bytes)),
])

/** Tokens that a state accepts, tried one by one. */
function tryAll(state: ConstraintState, vocabulary: Vocabulary): number[] {
  const here = state.snapshot()
  return Array.from({ length: vocabulary.size }, (_, token) => token).filter((token) => {
    const accepted = state.accept(token)
    state.restore(here)
    return accepted
  })
}

function checkWalk(source: ConstraintSource, vocabulary: Vocabulary, choices: readonly number[]): void {
  const state = compile(source, vocabulary, { warmUp: 0 }).start()
  const mask = maskOf(vocabulary)
  for (const choice of choices) {
    const count = state.allowed(mask)
    const allowed = tokensIn(mask)
    expect(allowed).toEqual(tryAll(state, vocabulary))
    expect(count).toBe(allowed.length)
    expect(allowed.includes(vocabulary.endTokens[0]!)).toBe(state.canEnd)
    const open = allowed.filter((token) => !vocabulary.endTokens.includes(token))
    expect(state.isComplete).toBe(state.canEnd && open.length === 0)
    if (open.length === 0) return
    state.accept(open[choice % open.length]!)
  }
}

test.each(sources)(
  'masks hold exactly the tokens that are accepted one by one: $kind $pattern$text',
  (source) => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 4, maxLength: 4 }), (choices) =>
        checkWalk(source, words, choices),
      ),
      runs(2),
    )
  },
)

test('masks of tokens that begin or end inside a character hold exactly the accepted ones', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...sources.slice(0, 9)),
      fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
      (source, choices) => {
        const spellable = vocabularyOfBytes([...pieces.tokens.slice(0, -1), ...byteVocabulary().tokens])
        checkWalk(source, spellable, choices)
      },
    ),
    runs(40),
  )
})

test('masks inside texts that count hold of tokens with a character begun only those that may go on', () => {
  const begun = words.tokens
    .slice(700, 900)
    .flatMap((word) => [0xc3, 0xf0].map((byte) => Uint8Array.from([...word, byte])))
  const vocabulary = vocabularyOfBytes([...words.tokens.slice(0, -1), ...begun])
  checkWalk({ kind: 'regex', pattern: '(?:[ -~]+é){0,9}[ -~]+' }, vocabulary, [300, 20, 301, 400])
})

test('masks of texts that end with their first match hold no tokens that go on', () => {
  const longer = words.tokens
    .slice(700, 900)
    .map((word) => Uint8Array.from([...word, ...encoder.encode('dabcd')]))
  const vocabulary = vocabularyOfBytes([...words.tokens.slice(0, -1), ...longer])
  checkWalk({ kind: 'regex', pattern: '[^é]*[a-c][b-e]c', stopAtFirstMatch: true }, vocabulary, [300])
})

test('a snapshot restores the same state, in another generation too', () => {
  const constraint = compile({ kind: 'json-schema', schema: {} }, byteVocabulary())
  const state = constraint.start()
  const spell = (generation: ConstraintState, text: string) =>
    Array.from(encoder.encode(text)).map((byte) => generation.accept(byte))
  spell(state, '{"a":[1')
  const snapshot = state.snapshot()
  expect(spell(state, ',2]}')).toEqual([true, true, true, true])
  expect(state.isComplete).toBe(true)
  const other = constraint.start()
  other.restore(snapshot)
  expect(spell(other, '}')).toEqual([false])
  expect(spell(other, ']}')).toEqual([true, true])
  expect(other.isComplete).toBe(true)
  expect(() => other.restore(10_000_000)).toThrow(RangeError)
})

test('a refused token leaves the state as it was', () => {
  const state = compile({ kind: 'regex', pattern: 'abc' }, vocabularyOf(['a', 'b', 'c', 'ax', 'abc'])).start()
  const before = state.snapshot()
  expect([3, 1, 99, -1].map((token) => state.accept(token))).toEqual([false, false, false, false])
  expect(state.snapshot()).toBe(before)
  expect([0, 1, 2].map((token) => state.accept(token))).toEqual([true, true, true])
  expect({ isComplete: state.isComplete, end: state.accept(5) }).toEqual({ isComplete: true, end: true })
})

test('tokens may begin and end inside a character', () => {
  const vocabulary = vocabularyOfBytes(
    [[0xc3], [0xa9], [0xa9, 0x78], [0xa8], [0x78]].map((bytes) => Uint8Array.from(bytes)),
  )
  const state = compile({ kind: 'regex', pattern: 'éx' }, vocabulary).start()
  const mask = maskOf(vocabulary)
  const steps = [0, 2].map((token) => {
    state.allowed(mask)
    return { allowed: tokensIn(mask), accepted: state.accept(token) }
  })
  expect(steps).toEqual([
    { allowed: [0], accepted: true },
    { allowed: [1, 2], accepted: true },
  ])
  expect(state.isComplete).toBe(true)
})

test.each<[string, ConstraintSource, string[]]>([
  ['a character that no token holds', { kind: 'regex', pattern: 'ab' }, ['a', 'c']],
  ['characters that only come joined', { kind: 'regex', pattern: 'ab' }, ['ba', 'a']],
  ['a rule without an end', { kind: 'gbnf', text: 'root ::= "a" root' }, ['a']],
  [
    'a schema that excludes everything',
    { kind: 'json-schema', schema: { type: 'string', enum: [1] } },
    ['a', '1', '"'],
  ],
  ['a loop that never comes to its end', { kind: 'regex', pattern: 'a*b' }, ['a', 'cb']],
])('a vocabulary that cannot meet %s is refused at once', (_, source, texts) => {
  const attempt = () => compile(source, vocabularyOf(texts))
  expect(attempt).toThrow(ConstraintError)
  expect(attempt).toThrow(expect.objectContaining({ code: 'unsatisfiable' }))
})

test('characters that the vocabulary lacks are left out where another way remains', () => {
  const vocabulary = vocabularyOf(['a', 'b', 'x'])
  const state = compile({ kind: 'regex', pattern: '[a-c]+z?|ac' }, vocabulary).start()
  const mask = maskOf(vocabulary)
  expect({ count: state.allowed(mask), allowed: tokensIn(mask) }).toEqual({ count: 2, allowed: [0, 1] })
})

test('masks stay within their cache and come out the same after being dropped', () => {
  const source: ConstraintSource = { kind: 'regex', pattern: '[a-e]{1,40}' }
  const small = compile(source, words, { maskCacheBytes: 8_000, warmUp: 0 })
  const large = compile(source, words, { warmUp: 0 })
  const [left, right] = [small.start(), large.start()]
  const [mask, other] = [maskOf(words), maskOf(words)]
  for (let step = 0; step < 30; step++) {
    left.allowed(mask)
    right.allowed(other)
    expect(mask).toEqual(other)
    const token = tokensIn(mask).find((one) => one < 256)!
    expect([left.accept(token), right.accept(token)]).toEqual([true, true])
  }
  expect(small.size.maskBytes).toBeLessThan(8_000)
  expect(large.size.masks).toBe(30)
})

test('random bytes as tokens never crash', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 5 }), { minLength: 1, maxLength: 60 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      fc.constantFrom(...sources.slice(0, 8)),
      (tokens, picks, source) => {
        const vocabulary = vocabularyOfBytes([...tokens, ...byteVocabulary().tokens])
        const state = compile(source, vocabulary, { warmUp: 0 }).start()
        const mask = maskOf(vocabulary)
        for (const pick of picks) {
          const before = state.snapshot()
          state.allowed(mask)
          const token = pick % vocabulary.size
          const expected = tokensIn(mask).includes(token)
          expect(state.accept(token)).toBe(expected)
          if (!expected) expect(state.snapshot()).toBe(before)
        }
      },
    ),
    runs(60),
  )
})
