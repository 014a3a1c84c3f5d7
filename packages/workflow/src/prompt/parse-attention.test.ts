import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseAttention } from './parse-attention.ts'

interface Case {
  prompt: string
  result?: [string, number][]
}

const cases = JSON.parse(
  readFileSync(new URL('./fixtures/attention.json', import.meta.url), 'utf8'),
) as Case[]
const parse = (prompt: string): [string, number][] =>
  parseAttention(prompt).chunks.map(({ text, weight }) => [text, weight])

test.each(cases.filter((one) => one.result !== undefined))(
  '$prompt has the weights AUTOMATIC1111 gives it',
  ({ prompt, result }) => {
    expect(parse(prompt)).toEqual(result)
  },
)

test('every case of the reference is covered; the only one that throws there is (a:.) [W46]', () => {
  expect(cases.filter((one) => one.result === undefined).map(({ prompt }) => prompt)).toEqual(['(a:.)'])
})

test('(a:.) is text at 1.1 with a warning, where AUTOMATIC1111 throws', () => {
  expect(parseAttention('(a:.)')).toEqual({
    chunks: [{ text: 'a:.', weight: 1.1, isBreak: false }],
    warnings: [expect.objectContaining({ code: 'unread-weight', from: 2, to: 5 })],
  })
})

test.each<[string, [string, number][]]>([
  ['([a])', [['a', 1]]],
  ['[a:1.5)', [['a:1.5)', 1 / 1.1]]],
  ['(a:1e3)', [['a:1e3', 1.1]]],
  ['\\(a\\) \\[b\\]', [['(a) [b]', 1]]],
  ['日BREAK', [['日BREAK', 1]]],
  ['(a:1.2.3)', [['a:1.2.3', 1.1]]],
  [
    'a BREAK BREAK b',
    [
      ['a', 1],
      ['BREAK', -1],
      ['', 1],
      ['BREAK', -1],
      ['b', 1],
    ],
  ],
])('%s follows the same rules', (prompt, expected) => {
  expect(parse(prompt)).toEqual(expected)
})

test('a BREAK between parts of weight 0 stays one, where AUTOMATIC1111 merges it into the text', () => {
  expect(parseAttention('(a BREAK b:0)').chunks.map(({ isBreak }) => isBreak)).toEqual([false, true, false])
})

test('brackets that never close are told', () => {
  expect(parseAttention('((a [b').warnings.map(({ message }) => message)).toEqual([
    '2 “(” are never closed: they apply to the end of the prompt. Write \\( for the character.',
    'A “[” is never closed: it applies to the end of the prompt. Write \\[ for the character.',
  ])
})
