import { jsonSchema } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services.ts'
import { parseValues, valueTypes } from './parse-values.ts'

export const axis: WoolgatherNode = defineNode({
  type: 'matrix/axis',
  version: 1,
  title: 'Axis',
  description: 'Values to try one after another: whatever this is wired to runs once for each.',
  inputs: {
    values: {
      type: 'any',
      description: 'Separated by commas, one per line, or a JSON list. Ranges: 1-5, 1-5 (+2), 1-10 [5].',
      schema: jsonSchema,
      widget: 'textarea',
    },
    type: {
      type: 'text',
      description: 'How the values are read.',
      schema: z.enum(valueTypes).default('auto'),
      advanced: true,
    },
    label: {
      type: 'text',
      description: 'Heading in grids and charts.',
      schema: z.string().default(''),
      advanced: true,
    },
  },
  outputs: { value: { type: 'any', description: 'One of the values.', spreads: true } },
  run: ({ values, type }) => ({ value: parseValues(values, type) }),
})
