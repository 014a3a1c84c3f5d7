import { expect, test } from 'vitest'
import { readPromptTokens, readTokens } from './read-tokens.ts'

test('a list of tokens with log-probabilities is read; other lists, texts and broken JSON are not', () => {
  const token = {
    token: 5,
    text: ' sea',
    logprob: -0.1,
    alternatives: [{ token: 6, text: ' sky', logprob: -3 }],
  }
  expect(readTokens(JSON.stringify([token], null, 2))).toEqual([token])
  const others = [
    '[]',
    '[{"text":"a"}]',
    '[{"text":"a","logprob":-1}]',
    'Once upon a time',
    '[{"logprob"',
    '[1, 2]',
  ]
  expect(others.map(readTokens)).toEqual(others.map(() => undefined))
})

test('the tokens of a prompt are told from other lists', () => {
  const tokens = [{ id: 2, text: '<bos>', control: true }]
  expect(readPromptTokens(JSON.stringify(tokens))).toEqual(tokens)
  const others = ['[{"id":1,"text":"a"}]', '[{"id":1,"text":"a","control":1}]', '["control"]', '"control"']
  expect(others.map(readPromptTokens)).toEqual(others.map(() => undefined))
})
