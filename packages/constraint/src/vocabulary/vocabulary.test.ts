import { MessageChannel } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { compile } from '../constraint.ts'
import { maskOf, tokensIn } from '../testing/test-vocabulary.ts'
import { arrangeTokens, createVocabulary, useArrangedTokens, type ArrangedTokens } from './vocabulary.ts'

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

test('tokens arranged on another thread make the same vocabulary', async () => {
  const { port1, port2 } = new MessageChannel()
  const received = new Promise<ArrangedTokens>((resolve) => port2.once('message', resolve))
  const arranged = arrangeTokens([...bytes, ...odd], { endTokens: [5] })
  port1.postMessage(arranged)
  const vocabulary = useArrangedTokens(await received)
  port1.close()
  expect(vocabulary.tokens).toEqual([...bytes, ...odd])
  const state = compile({ kind: 'regex', pattern: 'a+b?é' }, vocabulary).start()
  const mask = maskOf(vocabulary)
  expect({ count: state.allowed(mask), allowed: tokensIn(mask) }).toEqual({ count: 3, allowed: [0, 1, 4] })
})
