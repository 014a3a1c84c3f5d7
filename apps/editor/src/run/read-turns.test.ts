import { expect, test } from 'vitest'
import { readTurns } from './read-turns.ts'

test('A list of roles and contents is a conversation; other lists and texts are not', () => {
  const turns = [
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: 'Hi' },
  ]
  expect(readTurns(JSON.stringify(turns, null, 2))).toEqual(turns)
  const others = ['[]', '[1, 2]', '[{"role": "user"}]', '[broken', 'Once upon a time']
  expect(others.map(readTurns)).toEqual(others.map(() => undefined))
})
