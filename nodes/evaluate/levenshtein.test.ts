import { expect, test } from 'vitest'
import { runNode } from '../testing/run-node.ts'

const compare = (text: string, expected: string, ignoreCase = false): Promise<unknown> =>
  runNode('evaluate/levenshtein', { text, expected, ignoreCase })

test('counts the letters to change, and how much is the same', async () => {
  expect(await compare('kitten', 'sitting')).toEqual({ distance: 3, score: 1 - 3 / 7 })
  expect(await compare('', '')).toEqual({ distance: 0, score: 1 })
  expect(await compare('ABC', 'abc', true)).toEqual({ distance: 0, score: 1 })
})

test('texts too long to compare are refused', async () => {
  expect(await compare('a', 'b'.repeat(60_000))).toMatchObject({ code: 'invalid-input', input: 'expected' })
})
