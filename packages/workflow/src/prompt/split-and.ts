import { isNoWeight } from './no-weight.ts'
import type { Range } from './parse-schedule.ts'

export interface WeightedPrompt {
  text: string
  weight: number
  /** Where the text stands in the prompt; its weight ends at `to`. */
  from: number
  to: number
}

/** A word of its own, in capitals; `\b` of JavaScript knows ASCII only. */
const and = /(?<![\p{L}\p{N}_])AND(?![\p{L}\p{N}_])/gu
const trailingWeight = /:\s*([-+]?(?:\d+\.?|\d*\.\d+))$/

/**
 * Splits a prompt on `AND`; each part may end in `:weight`. Without an AND nothing is a weight: a prompt may end in
 * “at 5:30”. Parts without text are left out.
 */
export function splitAnd(prompt: string): WeightedPrompt[] {
  const words = andWords(prompt)
  if (words.length === 0) return [{ text: prompt, weight: 1, from: 0, to: prompt.length }]
  return betweenWords(prompt, words).filter(({ text }) => text !== '')
}

/** What stands before, between and after the words, empty or not. */
export function betweenWords(prompt: string, words: readonly Range[]): WeightedPrompt[] {
  const ends = [...words.map(({ from }) => from), prompt.length]
  const starts = [0, ...words.map(({ to }) => to)]
  return starts.map((from, index) => readPart(prompt.slice(from, ends[index]), from))
}

/** Where each `AND` stands. */
export function andWords(prompt: string): Range[] {
  return [...prompt.matchAll(and)].map(({ index }) => ({ from: index, to: index + 'AND'.length }))
}

function readPart(part: string, at: number): WeightedPrompt {
  const trimmed = part.trim()
  const from = at + part.indexOf(trimmed)
  const match = trailingWeight.exec(trimmed)
  const to = from + trimmed.length
  if (match === null || isNoWeight(trimmed, match.index, match[1] ?? ''))
    return { text: trimmed, weight: 1, from, to }
  return { text: trimmed.slice(0, match.index).trim(), weight: Number(match[1]), from, to }
}
