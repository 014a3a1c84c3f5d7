import { expect, test } from 'vitest'
import { runNode } from '../testing/run-node.ts'

const contains = (words: string[], more: Record<string, unknown> = {}): Promise<unknown> =>
  runNode('evaluate/contains', { text: 'The Party at the\nold lighthouse (C++).', words, ...more })

test('whole words and phrases, in capitals or not, over line breaks', async () => {
  expect(await contains(['party', 'old', 'art'])).toEqual({
    boolean: true,
    score: 1,
    found: ['party', 'old'],
  })
  expect(await contains(['the old lighthouse', '(c++)'])).toMatchObject({
    found: ['the old lighthouse', '(c++)'],
  })
})

test('any, all or none of them', async () => {
  expect(await contains(['party', 'sea'], { need: 'all' })).toEqual({
    boolean: false,
    score: 0,
    found: ['party'],
  })
  expect(await contains(['sea', 'star'], { need: 'none' })).toEqual({ boolean: true, score: 1, found: [] })
})

test('parts of words, and only in the given case', async () => {
  expect(await contains(['art'], { wholeWords: false })).toMatchObject({ boolean: true })
  expect(await contains(['party'], { ignoreCase: false })).toMatchObject({ boolean: false })
})
