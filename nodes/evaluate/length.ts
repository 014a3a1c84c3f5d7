import { WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { countCharacters, linesOf, sentencesOf, wordsOf } from '../text/segments.ts'
import { verdict, verdictOutputs } from './verdict.ts'

const units = ['words', 'characters', 'sentences', 'lines'] as const

export const length: WoolgatherNode = defineNode({
  type: 'evaluate/length',
  version: 1,
  title: 'Length',
  description: 'How long a text is, and whether that is within bounds.',
  inputs: {
    text: { type: 'text', description: 'The text to measure.', schema: z.string(), widget: 'textarea' },
    unit: {
      type: 'text',
      description: 'What is counted; lines only where they are not empty.',
      schema: z.enum(units).default('words'),
    },
    minimum: {
      type: 'integer',
      description: 'Shortest that passes.',
      schema: z.int().min(0).default(0),
    },
    maximum: {
      type: 'integer',
      description: 'Longest that passes. Absent: any.',
      schema: z.int().min(0).optional(),
    },
  },
  outputs: { length: { type: 'integer', description: 'How long it is.' }, ...verdictOutputs },
  run: ({ text, unit, minimum, maximum = Infinity }) => {
    if (maximum < minimum) {
      throw new WoolgatherError(
        'invalid-input',
        `No text has at least ${minimum} and at most ${maximum} ${unit}.`,
        {
          input: 'maximum',
        },
      )
    }
    const found = measure(text, unit)
    return { length: found, ...verdict(found >= minimum && found <= maximum) }
  },
})

function measure(text: string, unit: (typeof units)[number]): number {
  const isFilled = (part: string): boolean => part.trim() !== ''
  switch (unit) {
    case 'words':
      return wordsOf(text).length
    case 'characters':
      return countCharacters(text)
    case 'sentences':
      return sentencesOf(text).filter(isFilled).length
    case 'lines':
      return linesOf(text).filter(isFilled).length
  }
}
