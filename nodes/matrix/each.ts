import { WoolgatherError } from '@woolgather/workflow'
import { jsonSchema } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const each: WoolgatherNode = defineNode({
  type: 'matrix/each',
  version: 1,
  title: 'For each',
  description:
    'Makes an axis of a list that is only known while running, longer in one place than in another if need be.',
  inputs: {
    list: { type: 'any', description: 'A list, or text with one item per line.', schema: jsonSchema },
    label: {
      type: 'text',
      description: 'Heading in grids and charts.',
      schema: z.string().default(''),
      advanced: true,
    },
  },
  outputs: {
    value: { type: 'any', description: 'One of the items.', spreads: true, itemsOf: 'list' },
    index: { type: 'integer', description: 'Which, from 0.', spreads: true },
  },
  run: ({ list }) => {
    const value = typeof list === 'string' ? linesOf(list) : list
    if (!Array.isArray(value)) {
      throw new WoolgatherError('invalid-input', 'What came is neither a list nor text.', { input: 'list' })
    }
    return { value, index: value.map((_, i) => i) }
  },
})

function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
