import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { flagDescriptions, Regex } from '../text/regex.ts'
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
    ignoreCase: {
      type: 'boolean',
      description: flagDescriptions.ignoreCase,
      schema: z.boolean().default(false),
    },
    multiline: {
      type: 'boolean',
      description: flagDescriptions.multiline,
      schema: z.boolean().default(false),
      advanced: true,
    },
    dotAll: {
      type: 'boolean',
      description: flagDescriptions.dotAll,
      schema: z.boolean().default(false),
      advanced: true,
    },
  },
  outputs: verdictOutputs,
  run: ({ text, pattern, whole, ...flags }) => {
    const regex = new Regex(pattern, flags, 'pattern')
    return verdict(whole ? regex.isAll(text.trim()) : regex.isIn(text))
  },
})
