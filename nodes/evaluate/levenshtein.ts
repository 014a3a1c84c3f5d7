import { WoolgatherError } from '@woolgather/workflow'
import { distance } from 'fastest-levenshtein'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { flagInput } from '../text/regex.ts'

/** The time grows with the product of both lengths: this is about half a second. */
const longest = 50_000

const boundedText = (input: string, text: string): string => {
  if (text.length <= longest) return text
  throw new WoolgatherError('invalid-input', `The text has ${text.length} characters.`, {
    input,
    hint: `At most ${longest} can be compared; split the text first.`,
  })
}

export const levenshtein: WoolgatherNode = defineNode({
  type: 'evaluate/levenshtein',
  version: 1,
  title: 'Edit distance',
  description: 'How many letters must be added, removed or changed to make one text the other.',
  inputs: {
    text: { type: 'text', description: 'The one text.', schema: z.string(), widget: 'textarea' },
    expected: { type: 'text', description: 'The other text.', schema: z.string(), widget: 'textarea' },
    ignoreCase: flagInput('ignoreCase', false),
  },
  outputs: {
    distance: { type: 'integer', description: 'Number of letters to change.' },
    score: { type: 'number', description: '1 where they are the same, 0 where nothing agrees.' },
  },
  run: ({ text, expected, ignoreCase }) => {
    const normal = (input: string, one: string): string =>
      boundedText(input, ignoreCase ? one.toLowerCase() : one)
    const [a, b] = [normal('text', text), normal('expected', expected)]
    const changes = distance(a, b)
    const most = Math.max(a.length, b.length)
    return { distance: changes, score: most === 0 ? 1 : 1 - changes / most }
  },
})
