import { WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { linesOf, paragraphsOf, sentencesOf, wordsOf } from './segments.ts'

const units = ['lines', 'paragraphs', 'sentences', 'words', 'separator'] as const

export const split: WoolgatherNode = defineNode({
  type: 'text/split',
  version: 1,
  title: 'Split text',
  description: 'Takes a text apart into a list; matrix/each makes an axis of it.',
  inputs: {
    text: { type: 'text', description: 'The text to take apart.', schema: z.string(), widget: 'textarea' },
    by: {
      type: 'text',
      description: 'What the parts are.',
      schema: z.enum(units).default('lines'),
    },
    separator: {
      type: 'text',
      description: 'What stands between the parts, where they are split by a separator.',
      schema: z.string().default(','),
    },
    trim: {
      type: 'boolean',
      description: 'Removes spaces around each part.',
      schema: z.boolean().default(true),
    },
    skipEmpty: {
      type: 'boolean',
      description: 'Leaves out parts without a visible character.',
      schema: z.boolean().default(true),
    },
  },
  outputs: {
    list: { type: 'list', description: 'The parts, in order.' },
    count: { type: 'integer', description: 'How many there are.' },
  },
  run: ({ text, by, separator, trim, skipEmpty }) => {
    const list = partsOf(text, by, separator)
      .map((part) => (trim ? part.trim() : part))
      .filter((part) => !skipEmpty || part.trim() !== '')
    return { list, count: list.length }
  },
})

function partsOf(text: string, by: (typeof units)[number], separator: string): string[] {
  switch (by) {
    case 'lines':
      return linesOf(text)
    case 'paragraphs':
      return paragraphsOf(text)
    case 'sentences':
      return sentencesOf(text)
    case 'words':
      return wordsOf(text)
    case 'separator':
      if (separator !== '') return text.split(separator)
      throw new WoolgatherError('invalid-input', 'The separator is empty.', {
        input: 'separator',
        hint: 'Type what stands between the parts, or split by words.',
      })
  }
}
