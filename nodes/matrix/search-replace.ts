import { readValues, WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const searchReplace: WoolgatherNode = defineNode({
  type: 'matrix/search-replace',
  version: 1,
  title: 'Search and replace',
  description:
    'The same text with one term exchanged: first as it is, then with each of the other values in its place.',
  inputs: {
    text: {
      type: 'text',
      description: 'The text that contains the term.',
      schema: z.string(),
      widget: 'textarea',
    },
    values: {
      type: 'text',
      description:
        'The term to search for, then what to put in its place, separated by commas or one per line.',
      schema: z.string().min(1),
    },
    label: {
      type: 'text',
      description: 'Heading in grids and charts.',
      schema: z.string().default(''),
      advanced: true,
    },
  },
  outputs: {
    text: { type: 'text', description: 'The text with one of the values.', spreads: true },
    value: { type: 'text', description: 'The value that is in it.', spreads: true },
  },
  run: ({ text, values }) => {
    const terms = readValues(values, 'text').values as string[]
    const [search = ''] = terms
    if (!text.includes(search)) {
      throw new WoolgatherError('invalid-input', `The text does not contain “${search}”.`, {
        input: 'values',
        hint: 'The first value is the term to search for; it must occur in the text as written.',
      })
    }
    return { text: terms.map((term) => text.replaceAll(search, () => term)), value: terms }
  },
})
