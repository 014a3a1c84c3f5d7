import { WoolgatherError } from '@woolgather/workflow'
import type { Regex } from '../../text/regex.ts'
import { sentencesOf } from '../../text/segments.ts'
import type { TextRange } from './cut-holes.ts'

/** Where a pattern matches; empty matches are none. @throws WoolgatherError invalid-input, timeout */
export function rangesOfPattern(text: string, pattern: Regex): TextRange[] {
  return [...pattern.matches(text)].map(({ start, end }) => ({ from: start, to: end }))
}

/** Whole words of a list, in any case. */
export function rangesOfWords(text: string, words: readonly string[]): TextRange[] {
  const wanted = new Set(words.map((word) => word.toLowerCase()))
  const segments = new Intl.Segmenter('en', { granularity: 'word' }).segment(text)
  return [...segments].flatMap(({ segment, index }) =>
    wanted.has(segment.toLowerCase()) ? [{ from: index, to: index + segment.length }] : [],
  )
}

/** Characters by their numbers, as people see characters. @throws WoolgatherError invalid-input */
export function rangesOfCharacters(text: string, written: string): TextRange[] {
  const graphemes = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)]
  return rangesOfItems(
    graphemes.map(({ index, segment }) => ({ from: index, to: index + segment.length })),
    written,
    'span',
  )
}

/** Sentences by their numbers. @throws WoolgatherError invalid-input */
export function rangesOfSentences(text: string, written: string): TextRange[] {
  return rangesOfItems(sentenceRanges(text), written, 'sentences')
}

/** The sentences of a text, without the spaces around them. */
export function sentenceRanges(text: string): TextRange[] {
  let at = 0
  return sentencesOf(text).map((sentence) => {
    const from = at + (sentence.length - sentence.trimStart().length)
    at += sentence.length
    return { from, to: from + sentence.trim().length }
  })
}

/** `2-4`, `1, 3-5`: numbers from 1, first and last included; what lies beyond the last is nothing. */
function rangesOfItems(items: readonly TextRange[], written: string, input: string): TextRange[] {
  return written.split(',').flatMap((part) => {
    const match = /^\s*(\d+)\s*(?:[-–]\s*(\d+)\s*)?$/.exec(part)
    const first = Number(match?.[1])
    const last = Number(match?.[2] ?? match?.[1])
    if (match === null || first < 1 || last < first) {
      throw new WoolgatherError('invalid-input', `“${part.trim()}” names no ${input}.`, {
        input,
        hint: 'Write numbers from 1, such as 2-4 or 1, 3.',
      })
    }
    const chosen = items.slice(first - 1, last)
    const [begin, end] = [chosen[0], chosen.at(-1)]
    return begin && end ? [{ from: begin.from, to: end.to }] : []
  })
}
