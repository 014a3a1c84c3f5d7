import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { flagInput, Regex } from '../text/regex.ts'
import { verdict, verdictOutputs } from './verdict.ts'

export const matchesPattern: WoolgatherNode = defineNode({
  type: 'evaluate/matches',
  version: 1,
  title: 'Matches pattern',
  description: 'Whether a text has the form that a regular expression describes.',
  inputs: {
    text: { type: 'text', description: 'The text to look at.', schema: z.string(), widget: 'textarea' },
    pattern: {
      type: 'text',
      description: 'A regular expression, for example: \\d{4}-\\d{2}-\\d{2}.',
      schema: z.string(),
    },
    whole: {
      type: 'boolean',
      description: 'The whole text must match, without the spaces around it; else any part of it.',
      schema: z.boolean().default(true),
    },
    ignoreCase: flagInput('ignoreCase', false),
    multiline: flagInput('multiline', false),
    dotAll: flagInput('dotAll', false),
  },
  outputs: verdictOutputs,
  run: ({ text, pattern, whole, ...flags }) => {
    const regex = new Regex(pattern, flags, 'pattern')
    return verdict(whole ? regex.isAll(text.trim()) : regex.isIn(text))
  },
})
