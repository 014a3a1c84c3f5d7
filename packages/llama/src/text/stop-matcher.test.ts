import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { StopMatcher } from './stop-matcher.ts'

interface Outcome {
  text: string
  stopped: string | undefined
}

const run = (stops: readonly string[], chunks: readonly string[]): Outcome => {
  const matcher = new StopMatcher(stops)
  let text = ''
  let stopped: string | undefined
  for (const chunk of chunks) {
    const step = matcher.push(chunk)
    text += step.text
    stopped = step.stopped
  }
  return { text: text + matcher.end(), stopped }
}

/** The definition, one character at a time over the whole text. */
const expected = (stops: readonly string[], whole: string): Outcome => {
  const longestFirst = stops.filter((stop) => stop !== '').toSorted((a, b) => b.length - a.length)
  for (let end = 1; end <= whole.length; end++) {
    const stopped = longestFirst.find((stop) => whole.slice(0, end).endsWith(stop))
    if (stopped !== undefined) return { text: whole.slice(0, end - stopped.length), stopped }
  }
  return { text: whole, stopped: undefined }
}

const cut = (text: string, cuts: readonly number[]): string[] => {
  const ends = [...new Set(cuts.map((at) => at % (text.length + 1)))].sort((a, b) => a - b)
  return [...ends, text.length].map((end, index) => text.slice(index === 0 ? 0 : ends[index - 1], end))
}

test('a stop string across pieces ends the text before it', () => {
  const matcher = new StopMatcher(['\nUser:'])
  expect(['Hello', '\nUs', 'er', ': Hi', 'more'].map((text) => matcher.push(text))).toEqual([
    { text: 'Hello' },
    { text: '' },
    { text: '' },
    { text: '', stopped: '\nUser:' },
    { text: '', stopped: '\nUser:' },
  ])
  expect(matcher.end()).toBe('')
})

test('text that only began like a stop string is let through as soon as it differs', () => {
  const matcher = new StopMatcher(['###'])
  expect([matcher.push('a#'), matcher.push('#'), matcher.push('b')]).toEqual([
    { text: 'a' },
    { text: '' },
    { text: '##b' },
  ])
})

test('what was held back comes out at the end', () => {
  const matcher = new StopMatcher(['###'])
  expect([matcher.push('a##').text, matcher.end(), matcher.end()]).toEqual(['a', '##', ''])
})

test('the match that is complete first wins, and of equals the longest', () => {
  expect(run(['abcd', 'bc'], ['abcd'])).toEqual({ text: 'a', stopped: 'bc' })
  expect(run(['bc', 'abc'], ['xabcd'])).toEqual({ text: 'x', stopped: 'abc' })
})

test('without stop strings, or with empty ones, everything passes at once', () => {
  expect(new StopMatcher([]).push('text')).toEqual({ text: 'text' })
  expect(new StopMatcher(['']).push('text')).toEqual({ text: 'text' })
})

test('a surrogate pair is never split, by the text or by a stop string', () => {
  const matcher = new StopMatcher(['\uDE00'])
  expect([matcher.push('a\uD83D'), matcher.push('\uDE00b')]).toEqual([{ text: 'a' }, { text: '😀b' }])
})

test('any cutting of any text gives what the whole gives', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '😀', '#'), maxLength: 24 })
  const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '😀', '#'), maxLength: 4 }), {
    maxLength: 4,
  })
  fc.assert(
    fc.property(letters, stops, fc.array(fc.nat(), { maxLength: 12 }), (whole, list, cuts) => {
      expect(run(list, cut(whole, cuts))).toEqual(expected(list, whole))
    }),
    { numRuns: 1000 },
  )
})

test('no piece that was let through ends in half a pair or shows part of a later stop string', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '😀'), maxLength: 24 })
  fc.assert(
    fc.property(letters, fc.array(fc.nat(), { maxLength: 12 }), (whole, cuts) => {
      const matcher = new StopMatcher(['ab😀', 'ba'])
      const final = expected(['ab😀', 'ba'], whole).text
      let shown = ''
      for (const chunk of cut(whole, cuts)) {
        shown += matcher.push(chunk).text
        expect(final.startsWith(shown)).toBe(true)
        expect(/\p{Surrogate}/u.test(shown)).toBe(false)
      }
    }),
    { numRuns: 500 },
  )
})
