import { expect, test } from 'vitest'
import { Regex } from './regex.ts'

const problem = (pattern: string): { message: string; hint: string | undefined } => {
  try {
    new Regex(pattern, {}, 'pattern')
  } catch (error) {
    const { message, hint } = error as Error & { hint?: string }
    return { message, hint }
  }
  throw new Error(`${pattern} was accepted`)
}

test.each([
  ['a[z-b]', 'The pattern is wrong at character 3, “z-b”: invalid character class range.'],
  ['x(y', 'The pattern is wrong at character 1, “x(y”: missing closing ).'],
  ['ab**', 'The pattern is wrong at character 3, “**”: invalid nested repetition operator.'],
  ['a(?=b)', 'The pattern is wrong at character 2, “(?=”: look-around is not known here.'],
  ['(a)\\1', 'The pattern is wrong at character 4, “\\1”: back-references are not known here.'],
])('%s says where it is wrong', (pattern, message) => {
  expect(problem(pattern).message).toBe(message)
})

test('a pattern that would backtrack for ever ends at once', async () => {
  const look = (): void => {
    expect(new Regex('(a+)+$', {}, 'pattern').isIn(`${'a'.repeat(100_000)}b`)).toBe(false)
  }
  await expect(look).toCostAtMost(50)
})

test('looking for all matches again and again to the end is given up', () => {
  const matches = new Regex('x*y|x', {}, 'pattern').matches('x'.repeat(100_000))
  expect(() => [...matches]).toThrow('Looking for all matches took longer than 2 s.')
})

test('a pattern too large for its text is refused', () => {
  const regex = new Regex('(?:(?:ab?){30}){30}', {}, 'pattern')
  expect(() => regex.isIn('a'.repeat(1_000_000))).toThrow('too large for a text of 1000000 characters')
})

test('matches say where they stand, and what groups took', () => {
  expect([...new Regex('(?<letter>[a-z])(\\d)?', {}, 'pattern').matches('-a1 b')]).toEqual([
    { text: 'a1', start: 1, end: 3, groups: ['a', '1'], named: { letter: 'a' } },
    { text: 'b', start: 4, end: 5, groups: ['b', undefined], named: { letter: 'b' } },
  ])
})
