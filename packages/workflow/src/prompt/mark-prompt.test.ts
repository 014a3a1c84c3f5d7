import fc from 'fast-check'
import { expect, test } from 'vitest'
import { markPrompt } from './mark-prompt.ts'

/** Each mark as its kind, weight and text. */
const marked = (prompt: string): [string, string, number][] =>
  markPrompt(prompt).map(({ from, to, kind, weight }) => [prompt.slice(from, to), kind, weight])

test('emphasis: what is read, with its weight, and the syntax around it', () => {
  expect(marked('a (b:1.5) \\(c')).toEqual([
    ['a ', 'text', 1],
    ['(', 'syntax', 1],
    ['b', 'text', 1.5],
    [':1.5)', 'syntax', 1],
    [' ', 'text', 1],
    ['\\(', 'text', 1],
    ['c', 'text', 1],
  ])
})

test('schedules are not taken for emphasis', () => {
  expect(marked('[a:(b):.5][c|d]')).toEqual([
    ['[', 'schedule', 1],
    ['a', 'text', 1],
    [':', 'schedule', 1],
    ['(', 'syntax', 1],
    ['b', 'text', 1.1],
    [')', 'syntax', 1],
    [':.5]', 'schedule', 1],
    ['[', 'schedule', 1],
    ['c', 'text', 1],
    ['|', 'schedule', 1],
    ['d', 'text', 1],
    [']', 'schedule', 1],
  ])
})

test('AND with its weight, and BREAK', () => {
  expect(marked('a BREAK b :.5 AND c')).toEqual([
    ['a', 'text', 1],
    [' BREAK ', 'break', 1],
    ['b', 'text', 1],
    [' :.5 ', 'syntax', 1],
    ['AND', 'and', 1],
    [' ', 'syntax', 1],
    ['c', 'text', 1],
  ])
})

test('marks follow each other without gaps, whatever is typed', () => {
  const typed = fc.array(
    fc.constantFrom(
      'a',
      ' ',
      '(',
      ')',
      '[',
      ']',
      ':',
      '|',
      ':1.5)',
      ':3]',
      ' AND ',
      'BREAK',
      '\\',
      '[a|b]',
      '日',
    ),
    { maxLength: 16 },
  )
  fc.assert(
    fc.property(typed, (pieces) => {
      const prompt = pieces.join('')
      expect(
        marked(prompt)
          .map(([text]) => text)
          .join(''),
      ).toBe(prompt)
    }),
    { numRuns: 300 },
  )
})
