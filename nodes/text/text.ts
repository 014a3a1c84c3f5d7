import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const text: WoolgatherNode = defineNode({
  type: 'text/text',
  version: 1,
  title: 'Text',
  description: 'A piece of text, to be used in several places.',
  inputs: {
    text: { type: 'text', description: 'Any text.', schema: z.string().default(''), widget: 'textarea' },
  },
  outputs: { text: { type: 'text', description: 'The text as typed.' } },
  run: ({ text: value }) => ({ text: value }),
})
