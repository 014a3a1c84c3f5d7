import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compile } from './constraint.ts'
import { compileLanguage } from './language.ts'
import type { ConstraintSource } from './source.ts'
import { fiftySources } from './testing/fifty-sources.ts'
import { runs } from './testing/property-runs.ts'
import { byteVocabulary, maskOf, tokensIn, vocabularyOf, wordVocabulary } from './testing/test-vocabulary.ts'
import { textOf, writeInTime, type Choose } from './testing/write-in-time.ts'

const words = [
  '{"',
  '":',
  '","',
  '"}',
  '"]}',
  '},{"',
  'name',
  'true',
  'null',
  '12',
  '000',
  ' the ',
  'é',
  '日本',
  '\n\n',
]
const vocabulary = byteVocabulary([...words, 'a', 'aa', 'aaaa', 'aaaaaaaa', '😀', '😀a'])

/** What the model wants: anything alike, anything but an end, or what opens more. */
const wishes: Record<string, (random: () => number) => Choose> = {
  'wants anything alike': (random) => (tokens) => tokens[Math.floor(random() * tokens.length)]!,
  'never wants to end': (random) => (tokens) => {
    const open = tokens.filter((token) => !vocabulary.endTokens.includes(token))
    const list = open.length === 0 ? tokens : open
    return list[Math.floor(random() * list.length)]!
  },
  'opens all it can': () => (tokens) => {
    const opening = tokens.filter((token) => /[[{("\\-]$/.test(textOf(vocabulary, [token])))
    return opening.at(-1) ?? tokens.at(-1)!
  },
}

test.each(fiftySources)('a model that does not end is brought to an end in time: %s', (_, source) => {
  const constraint = compile(source, vocabulary, { warmUp: 0 })
  const language = compileLanguage(source)
  const least = constraint.start().tokensToEnd()
  expect(least).toBeLessThan(Infinity)
  for (const [name, wish] of Object.entries(wishes)) {
    fc.assert(
      fc.property(fc.integer(), fc.nat(40), (seed, more) => {
        const written = writeInTime(constraint.start(), vocabulary, least + more, wish(randomOf(seed)))
        const text = textOf(vocabulary, written.tokens)
        expect({ name, text, ended: written.ended }).toEqual({ name, text, ended: true })
        expect(written.tokens.length).toBeLessThanOrEqual(least + more)
        expect({ text, matches: language.matches(text) }).toEqual({ text, matches: true })
      }),
      runs(2),
    )
  }
})

function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

test('a text that ends by itself is never chosen again', () => {
  const source: ConstraintSource = { kind: 'regex', pattern: '[a-z]{3,9}!' }
  const spelled = [...Buffer.from('abcd!')]
  const state = compile(source, vocabulary).start()
  expect(writeInTime(state, vocabulary, 5, (_, step) => spelled[step]!)).toMatchObject({
    tokens: spelled,
    forced: false,
  })
})

test('the way out counts the fewest tokens that spell the shortest text', () => {
  const schema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }
  const source: ConstraintSource = { kind: 'json-schema', schema, closedObjects: true }
  // {" name ": " "}
  expect(compile(source, vocabulary).start().tokensToEnd()).toBe(5)
  expect(compile(source, byteVocabulary()).start().tokensToEnd()).toBe('{"name":""}'.length)
})

test('tokens that may not be written are no way out', () => {
  const source: ConstraintSource = { kind: 'regex', pattern: 'name(true|null)+;' }
  const constraint = compile(source, vocabulary)
  const avoided = ['name', 'true', ';']
    .map((text) => 256 + words.indexOf(text))
    .filter((token) => token > 256)
  const state = constraint.start()
  state.avoid(avoided)
  expect(state.tokensToEnd()).toBe('name'.length + 'null'.length + 1)
  const written = writeInTime(state, vocabulary, 9, (tokens) =>
    tokens.find((token) => !avoided.includes(token))!,
  )
  expect(textOf(vocabulary, written.tokens)).toMatch(/^name(true|null)+;$/)
  expect(written.tokens.some((token) => avoided.includes(token))).toBe(false)
  const none = constraint.start()
  none.avoid([59])
  expect(none.tokensToEnd()).toBe(Infinity)
})

test('a vocabulary that cannot spell every text finds a way of its own', () => {
  const odd = vocabularyOf(['ab', 'cd', 'c', 'b!', 'a'])
  const source: ConstraintSource = { kind: 'regex', pattern: '(ab|cd)+!|[a-d]{4}ab!' }
  const state = compile(source, odd).start()
  expect(state.tokensToEnd()).toBeLessThan(6)
  const written = writeInTime(state, odd, state.tokensToEnd(), (tokens) => tokens[0]!)
  expect(written.ended).toBe(true)
})

test('inside a character, an escape or a number the way out is known, too', () => {
  const source: ConstraintSource = {
    kind: 'json-schema',
    schema: { type: 'array', items: { type: ['string', 'number'] } },
  }
  const constraint = compile(source, vocabulary, { warmUp: 0 })
  for (const begun of ['["é', '["\\u00', '["\\ud83d', '[-', '[1e', '[1.', '["😀']) {
    const bytes = [...Buffer.from(begun)]
    for (let length = 1; length <= bytes.length; length++) {
      const state = constraint.start()
      for (const byte of bytes.slice(0, length)) state.accept(byte)
      const least = state.tokensToEnd()
      const written = writeInTime(state, vocabulary, least, (tokens) => tokens.at(-1)!)
      const text = textOf(vocabulary, [...bytes.slice(0, length), ...written.tokens])
      expect(() => JSON.parse(text) as unknown).not.toThrow()
    }
  }
})

test('what is let through in time is exactly what can be ended in time', () => {
  const small = wordVocabulary(['a', 'b', '"'], 3)
  const source: ConstraintSource = { kind: 'gbnf', text: 'root ::= "a" root "b" | "\\"" [ab]* "\\""' }
  const constraint = compile(source, small, { warmUp: 0 })
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 4 }), fc.integer({ min: 1, max: 12 }), (choices, left) => {
      const state = constraint.start()
      const mask = maskOf(small)
      for (const choice of choices) {
        state.allowed(mask)
        const open = tokensIn(mask).filter((token) => !small.endTokens.includes(token))
        if (open.length > 0) state.accept(open[choice % open.length]!)
      }
      state.allowed(mask)
      const inTime = tokensIn(mask).filter((token) => state.endsWithin(token, left))
      const count = state.allowed(mask, left)
      expect(count).toBe(tokensIn(mask).length)
      if (inTime.length > 0) expect(tokensIn(mask)).toEqual(inTime)
    }),
    runs(30),
  )
})
