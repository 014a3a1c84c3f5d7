import type { GenerateResult } from '@woolgather/llama'
import { expect, test } from 'vitest'
import { AnswerWatch, splitMessages } from './report-result.ts'

/** Words are tokens; those in angles are control tokens. */
const vocabulary = ['<channel>', '<message>', '<end>', '<start>', 'thought', 'final', 'I think.', 'Hello!']
const model = {
  tokenize: (text: string): number[] => text.split(' ').map((word) => vocabulary.indexOf(word)),
  detokenize: (tokens: readonly number[], { special = false } = {}): string =>
    tokens
      .map((token) => vocabulary[token]!)
      .filter((word) => special || !word.startsWith('<'))
      .join(''),
}
const opening = '<channel> final <message>'
const resultOf = (...words: string[]): GenerateResult =>
  ({ text: 'all', tokens: words.map((word) => vocabulary.indexOf(word)) }) as unknown as GenerateResult
const thinks = ['<channel>', 'thought', '<message>', 'I think.', '<end>', '<start>']
const answers = ['<channel>', 'final', '<message>', 'Hello!']

test('of several messages the last is the answer, and what stands before it is thought', () => {
  expect(splitMessages(model, resultOf(...thinks, ...answers), opening)).toMatchObject({
    text: 'Hello!',
    thinking: '<channel>thought<message>I think.<end><start>',
  })
})

test('a model that does not come to its answer, and one that writes one message, are given back whole', () => {
  expect(splitMessages(model, resultOf(...thinks), opening)).toMatchObject({ text: 'all', thinking: '' })
  expect(splitMessages(model, resultOf('Hello!'), undefined)).toMatchObject({ text: 'all', thinking: '' })
})

test('what is written is the answer from its opening on, and all of it where a model writes one message', () => {
  const openAt = (opening: string | undefined, ...words: string[]): boolean[] => {
    const watch = new AnswerWatch(model, opening)
    return words.map((word) => (watch.see(vocabulary.indexOf(word)), watch.isOpen))
  }
  expect(openAt(opening, ...thinks, ...answers)).toEqual([
    ...thinks.map(() => false),
    false,
    false,
    true,
    true,
  ])
  expect(openAt(undefined, ...thinks)).toEqual(thinks.map(() => true))
})
