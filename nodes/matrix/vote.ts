import { WoolgatherError, type Json } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services.ts'
import { Regex } from '../text/regex.ts'
import { collected, overInput } from './collected.ts'

export const vote: WoolgatherNode = defineNode({
  type: 'matrix/vote',
  version: 1,
  title: 'Vote',
  description: 'The answer most cells agree on. Asking several times and voting is self-consistency.',
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
  },
  run: ({ values, pattern }) => {
    const answers = collected(values, 'values').flatMap((cell) => answerIn(cell.value, pattern))
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
        hint: 'Check the pattern.',
      })
    }
    const [, { answer, votes }] = first
    const tally = Object.fromEntries(ranked.map(([key, count]) => [key, count.votes]))
    return { value: answer, votes, share: votes / answers.length, counts: tally }
  },
})

function answerIn(value: Json, pattern: string): Json[] {
  if (pattern === '' || typeof value !== 'string') return [typeof value === 'string' ? value.trim() : value]
  const [match] = new Regex(pattern, { ignoreCase: true }, 'pattern').matches(value)
  return match === undefined ? [] : [(match.groups[0] ?? match.text).trim()]
}

/** Answers that differ only in case, spaces or a final full stop are one answer. */
function sameWhenWritten(answer: Json): string {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
  return text
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/[.!]+$/, '')
    .trim()
}
