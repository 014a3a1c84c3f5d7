import { WoolgatherError, type Json } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { Regex } from '../text/regex.ts'
import { collected, overInput } from './collected.ts'

export const vote: WoolgatherNode = defineNode({
  type: 'matrix/vote',
  version: 2,
  title: 'Vote',
  description:
    'The answer most cells agree on. Asking several times and voting is self-consistency. An empty text is no answer and does not vote.',
  reduces: 'over',
  inputs: {
    values: { type: 'any', description: 'The answers.', collects: true, passes: 'value' },
    pattern: {
      type: 'text',
      description:
        'A regular expression: its first group (or all it matches) is the answer in a longer text.',
      schema: z.string().default(''),
    },
    over: overInput,
  },
  outputs: {
    value: { type: 'any', description: 'The answer most agree on; among equals the one that came first.' },
    votes: { type: 'integer', description: 'How many said so.' },
    share: { type: 'number', description: 'Their part of all that gave an answer, 0–1.' },
    counts: { type: 'json', description: 'Votes of each answer.' },
    unanswered: {
      type: 'integer',
      description: 'How many did not vote: the text is empty, or the pattern is not in it.',
    },
  },
  run: ({ values, pattern }) => {
    const cells = collected(values, 'values')
    const answers = cells.flatMap((cell) => answerIn(cell.value, pattern))
    const counts = new Map<string, { answer: Json; votes: number }>()
    for (const answer of answers) {
      const key = sameWhenWritten(answer)
      const known = counts.get(key)
      if (known === undefined) counts.set(key, { answer, votes: 1 })
      else known.votes++
    }
    const ranked = [...counts].sort(([, a], [, b]) => b.votes - a.votes)
    const [first] = ranked
    if (first === undefined) {
      throw new WoolgatherError('node-failed', 'No cell gave an answer.', {
        input: 'pattern',
        hint:
          pattern === ''
            ? 'All texts are empty.'
            : 'The pattern is in none of the texts, or what it finds is empty.',
      })
    }
    const [, { answer, votes }] = first
    const tally = Object.fromEntries(ranked.map(([key, count]) => [key, count.votes]))
    return {
      value: answer,
      votes,
      share: votes / answers.length,
      counts: tally,
      unanswered: cells.length - answers.length,
    }
  },
})

/** The answer in a value; none where it is null, empty, or the pattern is not in it. */
function answerIn(value: Json, pattern: string): Json[] {
  if (typeof value !== 'string') return value === null ? [] : [value]
  const text = pattern === '' ? value : foundBy(pattern, value)
  return text.trim() === '' ? [] : [text.trim()]
}

function foundBy(pattern: string, text: string): string {
  const [match] = new Regex(pattern, { ignoreCase: true }, 'pattern').matches(text)
  return match === undefined ? '' : (match.groups[0] ?? match.text)
}

/** Answers that differ only in case, spaces or a final full stop are one answer. */
function sameWhenWritten(answer: Json): string {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
  const lower = text.toLowerCase().replace(/\s+/g, ' ').trim()
  return lower.replace(/[.!]+$/, '').trim() || lower
}
