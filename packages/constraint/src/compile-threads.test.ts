import { parseOrdered } from '@woolgather/workflow/ordered-json'
import { expect, test } from 'vitest'
import { compile, constraintOf } from './constraint.ts'
import type { ConstraintError } from './errors/constraint-error.ts'
import { allAtOnce } from './grammar/steps.ts'
import { languageOf } from './language.ts'
import type { ConstraintSource } from './source.ts'
import { maskOf, tokensIn } from './testing/test-vocabulary.ts'
import { createVocabulary } from './vocabulary/vocabulary.ts'
import { CompileThreads } from './compile-threads.ts'
import { unpackSource } from './pack-source.ts'

const file = new URL('../dist/compile-thread.js', import.meta.url)
const threads = new CompileThreads(file)
const bytes = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte))
const vocabulary = createVocabulary([...bytes, new Uint8Array(0), new Uint8Array(0)], {
  endTokens: [256],
  tokenNamed: (name) => (name === '<think>' ? 257 : undefined),
})

/** The sources, and a text of each with the tokens before it. */
const sources: readonly (readonly [ConstraintSource, readonly number[], string])[] = [
  [{ kind: 'regex', pattern: '[à-ü]{2,3}|ab*' }, [], 'àé'],
  [{ kind: 'gbnf', text: 'root ::= <think> [a-b]+' }, [257], 'ab'],
  [
    {
      kind: 'json-schema',
      propertyOrder: 'any',
      schema: {
        type: 'object',
        properties: { a: { type: 'string', pattern: '^x*y', maxLength: 900 }, b: { enum: [1, null] } },
        required: ['a'],
        minProperties: 1,
      },
    },
    [],
    '{"b":null,"a":"xxy","c":[]}',
  ],
  [
    { kind: 'json-schema', schema: { type: 'array', items: { type: 'string' }, uniqueItems: true } },
    [],
    '["a","b"]',
  ],
  [
    {
      kind: 'after',
      after: { text: '>' },
      constraint: { kind: 'json-schema', schema: parseOrdered('{"properties":{"b":true,"1":true}}') },
    },
    [],
    'so>{"b":0,"1":1}',
  ],
  [
    {
      kind: 'json-schema',
      schema: { $ref: 'https://example.org/other' },
      documents: { 'https://example.org/other': parseOrdered('{"properties":{"b":true,"1":true}}') },
    },
    [],
    '{"b":0,"1":1}',
  ],
]

test('what a thread prepared allows, along a text, what was compiled here does', async () => {
  for (const [source, first, text] of sources) {
    const aside = allAtOnce(unpackSource(await threads.prepare(source, vocabulary)))
    const states = [constraintOf(aside, vocabulary, { warmUp: 0 }), compile(source, vocabulary)].map(
      (constraint) => constraint.start(),
    )
    for (const token of [...first, ...new TextEncoder().encode(text), 256]) {
      const [one, other] = states.map((state) => {
        const mask = maskOf(vocabulary)
        return { count: state.allowed(mask), allowed: tokensIn(mask) }
      })
      expect(one).toEqual(other)
      expect([source.kind, token, ...states.map((state) => state.accept(token))]).toEqual([
        source.kind,
        token,
        true,
        true,
      ])
    }
  }
})

test('sources for texts are prepared, several at once, and what is wrong is told with its place', async () => {
  const texts = ['aab', 'b', 'c'].map(async (text, index) => {
    const source = { kind: 'regex', pattern: `a{${2 - index}}b|c` } as const
    return languageOf(allAtOnce(unpackSource(await threads.prepare(source)))).matches(text)
  })
  const schema = { properties: { a: { type: 'strin' } } }
  await expect(Promise.all(texts)).resolves.toEqual([true, false, true])
  await expect(threads.prepare({ kind: 'json-schema', schema })).rejects.toMatchObject({
    code: 'invalid-schema',
    where: { path: '#/properties/a/type' },
  } satisfies Partial<ConstraintError>)
  await expect(threads.prepare({ kind: 'gbnf', text: 'root ::= <other>' }, vocabulary)).rejects.toMatchObject(
    {
      code: 'invalid-grammar',
      where: { line: 1, column: 10 },
    },
  )
})

/** A hundred thousand texts that begin differently. */
const large: ConstraintSource = {
  kind: 'json-schema',
  schema: { enum: Array.from({ length: 100_000 }, (_, index) => `${(index * 7_919) % 100_003} is one`) },
}

test('what nobody asks for any more ends, whether begun or waiting, and the next is compiled [R105]', async () => {
  const asking = new AbortController()
  const left = Array.from({ length: 3 }, () => threads.prepare(large, undefined, asking.signal))
  const next = threads.prepare({ kind: 'regex', pattern: 'a' })
  asking.abort(new Error('enough'))
  const reasons = (await Promise.allSettled(left)).map((end) =>
    end.status === 'rejected' ? end.reason : end,
  )
  expect(reasons).toEqual(left.map(() => asking.signal.reason as Error))
  await expect(next).resolves.toMatchObject({ notes: [] })
})

test('what takes too long, or too much memory, is refused, and the next is compiled [R105]', async () => {
  const hasty = new CompileThreads(file, { megabytes: 256, milliseconds: 1 })
  await expect(hasty.prepare(large)).rejects.toMatchObject({ code: 'too-large' })
  const narrow = new CompileThreads(file, { megabytes: 24, milliseconds: 100_000 })
  await expect(narrow.prepare(large)).rejects.toMatchObject({
    code: 'too-large',
    message: expect.stringContaining('24 MB') as string,
  })
  await expect(narrow.prepare({ kind: 'regex', pattern: 'a' })).resolves.toMatchObject({ notes: [] })
})
