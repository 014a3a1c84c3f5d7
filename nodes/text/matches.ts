import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { flagInput, Regex } from './regex.ts'

export const matches: WoolgatherNode = defineNode({
  type: 'text/matches',
  version: 2,
  title: 'Matches',
  description: 'Whether a text contains what a regular expression describes.',
  inputs: {
    text: { type: 'text', description: 'The text to look at.', schema: z.string(), widget: 'textarea' },
    pattern: {
      type: 'text',
      description: 'A regular expression; ^ and $ stand for the ends of a line.',
      schema: z.string(),
    },
    ignoreCase: flagInput('ignoreCase', true),
  },
  outputs: { boolean: { type: 'boolean', description: 'True where it does.' } },
  run: ({ text, pattern, ignoreCase }) => ({
    boolean: new Regex(pattern, { ignoreCase, multiline: true }, 'pattern').isIn(text),
  }),
})
