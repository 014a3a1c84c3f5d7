import { expect, test } from 'vitest'
import { compile } from '../constraint.ts'
import { maskOf, tokensIn } from '../testing/test-vocabulary.ts'
import { createVocabularyInThread } from './create-in-thread.ts'
import { createVocabulary } from './vocabulary.ts'

const texts = ['a', 'ab', 'b', 'é', 'abé', '<end>']
const bytes = texts.map((text) => new TextEncoder().encode(text))
const odd = [[], [0xff], [0xc3], [0xa9, 0x61], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]].map((token) =>
  Uint8Array.from(token),
)

test('tokens that no UTF-8 text holds, empty ones and end tokens are never allowed as text', () => {
  const vocabulary = createVocabulary([...bytes, ...odd], { endTokens: [5] })
  const state = compile({ kind: 'regex', pattern: '(?s).*' }, vocabulary).start()
  const mask = maskOf(vocabulary)
  state.allowed(mask)
  expect(tokensIn(mask)).toEqual([0, 1, 2, 3, 4, 5, 8, 12])
  expect(state.accept(8)).toBe(true)
  state.allowed(mask)
  expect(tokensIn(mask)).toEqual([9])
})

test('the tokens of a large vocabulary, arranged in a thread, make the same vocabulary', async () => {
  const words = Array.from({ length: 9000 }, (_, index) => new TextEncoder().encode(`${index}é`))
  const tokens = [...bytes, ...odd, ...words]
  const options = { endTokens: [5] }
  const [aside, here] = [await createVocabularyInThread(tokens, options), createVocabulary(tokens, options)]
  expect(aside).toEqual(here)
  const masks = [aside, here].map((vocabulary) => {
    const state = compile({ kind: 'regex', pattern: '(a+b?|[1-4]+)é' }, vocabulary).start()
    const mask = maskOf(vocabulary)
    return { count: state.allowed(mask), allowed: tokensIn(mask) }
  })
  expect(masks[0]).toEqual(masks[1])
  // a, ab, abé, 1é, 2é
  expect(masks[0]?.allowed.slice(0, 5)).toEqual([0, 1, 4, 14, 15])
})

test('a thread that fails rejects', async () => {
  const tokens = Array<Uint8Array>(9000).fill(bytes[0]!)
  await expect(createVocabularyInThread(tokens, { endTokens: 1 as never })).rejects.toThrow(TypeError)
})
