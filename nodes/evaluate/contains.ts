import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { flagInput } from '../text/regex.ts'
import { findWords } from './find-words.ts'
import { verdict, verdictOutputs } from './verdict.ts'

export const contains: WoolgatherNode = defineNode({
  type: 'evaluate/contains',
  version: 1,
  title: 'Contains',
  description: 'Whether words or phrases occur in a text.',
  inputs: {
    text: { type: 'text', description: 'The text to look at.', schema: z.string(), widget: 'textarea' },
    words: {
      type: 'text',
      description: 'Words or phrases, each an item.',
      schema: z.string().min(1),
      multiple: true,
    },
    need: {
      type: 'text',
      description: 'How many of them must occur.',
      schema: z.enum(['any', 'all', 'none']).default('any'),
    },
    ignoreCase: flagInput('ignoreCase', true),
    wholeWords: {
      type: 'boolean',
      description: '“art” does not occur in “party”.',
      schema: z.boolean().default(true),
    },
  },
  outputs: {
    ...verdictOutputs,
    found: { type: 'list', description: 'Those that occur.' },
  },
  run: ({ text, words, need, ...options }) => {
    const found = words.filter((word) => findWords(text, [word], options).length > 0)
    const holds =
      need === 'any' ? found.length > 0 : need === 'all' ? found.length === words.length : found.length === 0
    return { ...verdict(holds), found }
  },
})
