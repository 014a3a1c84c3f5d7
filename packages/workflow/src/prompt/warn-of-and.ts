import type { Warning } from '../issues/warnings.ts'
import { andWords, betweenWords } from './split-and.ts'
import { brief } from './warn-of-brackets.ts'

/** Weights of AND beyond this are limited. */
export const strongest = 3

/** What `AND` was probably not meant to be as it was read. */
export function warnOfAnd(prompt: string, neutral: string): Warning[] {
  const words = andWords(prompt)
  if (words.length === 0) return []
  const parts = betweenWords(prompt, words)
  const capitals = words.filter(({ from, to }) => isAmongCapitals(prompt, from, to))
  const empty = words.filter(
    (_, index) => parts[index + 1]?.text === '' || (index === 0 && parts[0]?.text === ''),
  )
  const rest = parts.reduce((sum, { text, weight }) => (text === '' ? sum : sum - within(weight)), 1)
  return [
    ...capitals.map((place): Warning => ({
      code: 'unexpected-and',
      message: 'AND among words in capitals joins two prompts, and is not part of the text.',
      hint: 'Write “and” for the word.',
      ...place,
    })),
    ...empty.map((place): Warning => ({
      code: 'empty-and',
      message: 'AND has nothing on one side: it joins nothing there.',
      ...place,
    })),
    ...parts.flatMap(({ text, weight, from, to }) => [
      ...limited(text, weight, { from, to }),
      ...unread(text, { from, to }),
    ]),
    ...(neutral === '' && Math.abs(rest) > nearZero ? [{ ...noNeutral, ...words[0] }] : []),
  ]
}

/** What is left of 0 after subtracting weights. */
export const nearZero = 1e-9

const noNeutral: Warning = {
  code: 'no-neutral',
  message:
    'AND measures its parts against a neutral prompt: give one in the same form, like “Tell me a story.”',
}

export function within(weight: number): number {
  return Math.min(strongest, Math.max(-strongest, weight))
}

/** Whether the words before and after are in capitals, too: the sentence shouts. */
function isAmongCapitals(prompt: string, from: number, to: number): boolean {
  const before = /(\p{L}+)[\s,]*$/u.exec(prompt.slice(Math.max(0, from - 60), from))?.[1]
  const after = /^[\s,]*(\p{L}+)/u.exec(prompt.slice(to, to + 60))?.[1]
  return [before, after].every((word) => word !== undefined && /^\p{Lu}{2,}$/u.test(word))
}

interface Place {
  from: number
  to: number
}

function limited(text: string, weight: number, place: Place): Warning[] {
  const used = within(weight)
  if (text === '' || used === weight) return []
  const message = `“${brief(text)}” has the weight ${weight} in AND: ${used} is used; beyond ±${strongest} text degrades.`
  return [{ code: 'limited-weight', message, ...place, numbers: { weight, used } }]
}

function unread(text: string, place: Place): Warning[] {
  const found = /:\s*([+-]?\d*(?:,\d+|\.\d*\.[\d.]*|\d\s*%))$/.exec(text)
  if (found === null) return []
  const message = `“${brief(text)}” has no weight in AND: ${found[1]} is not a number with a point.`
  return [{ code: 'unread-weight', message, hint: 'Write a weight as in “the sea :0.5”.', ...place }]
}
