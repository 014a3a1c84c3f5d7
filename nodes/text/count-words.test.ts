import { expect, test } from 'vitest'
import { runNode } from '../testing/run-node.ts'

test('words, characters as people see them, sentences and lines', async () => {
  expect(await runNode('text/count-words', { text: 'Don’t go! 👩‍👩‍👧 é\n\nStay.' })).toEqual({
    words: 4,
    characters: 20,
    sentences: 3,
    lines: 2,
  })
  expect(await runNode('text/count-words', { text: '' })).toEqual({
    words: 0,
    characters: 0,
    sentences: 0,
    lines: 0,
  })
})
