import { expect, test } from 'vitest'
import { runNode } from '../testing/run-node.ts'

test('a pattern is found anywhere, in capitals or not, and ^ begins any line', async () => {
  const text = 'One\nDONE: two'
  expect(await runNode('text/matches', { text, pattern: '^done' })).toEqual({ boolean: true })
  expect(await runNode('text/matches', { text, pattern: '^done', ignoreCase: false })).toEqual({
    boolean: false,
  })
})

test('a bad pattern names the input and the place', async () => {
  expect(await runNode('text/matches', { text: 'a', pattern: 'a(?!b)' })).toMatchObject({
    code: 'invalid-input',
    input: 'pattern',
    message: 'The pattern is wrong at character 2, “(?!”: look-around is not known here.',
  })
})
