import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { flagInput } from '../text/regex.ts'
import { verdict, verdictOutputs } from './verdict.ts'

export const equals: WoolgatherNode = defineNode({
  type: 'evaluate/equals',
  version: 1,
  title: 'Equals',
  description: 'Whether a text is the expected one.',
  inputs: {
    text: { type: 'text', description: 'The text to look at.', schema: z.string(), widget: 'textarea' },
    expected: {
      type: 'text',
      description: 'What it should be.',
      schema: z.string(),
      widget: 'textarea',
    },
    ignoreCase: flagInput('ignoreCase', false),
    ignoreSpaces: {
      type: 'boolean',
      description: 'Spaces around the text do not count, and several in it are one.',
      schema: z.boolean().default(true),
    },
  },
  outputs: verdictOutputs,
  run: ({ text, expected, ignoreCase, ignoreSpaces }) => {
    const normal = (one: string): string => {
      // the same letter can be written as one code point or with its accent apart
      const spaced = (ignoreSpaces ? one.replace(/\s+/g, ' ').trim() : one).normalize('NFC')
      return ignoreCase ? spaced.toLowerCase() : spaced
    }
    return verdict(normal(text) === normal(expected))
  },
})
