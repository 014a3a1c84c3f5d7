import { jsonSchema, readValues, valueTypes } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const axis: WoolgatherNode = defineNode({
  type: 'matrix/axis',
  version: 2,
  title: 'Axis',
  description: 'Values to try one after another: whatever this is wired to runs once for each.',
  inputs: {
    values: {
      type: 'any',
      description:
        'Separated by commas, one per line, or a JSON list. Ranges: 1-5, 1-5 (+2), 1-10 [5]. In quotes, and where it is not written as numbers are printed (01, 2024-05), it is text.',
      schema: jsonSchema,
      widget: 'textarea',
      language: 'values',
    },
    type: {
      type: 'text',
      description: 'How the values are read; auto: as the inputs take them that they reach.',
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
  outputs: { value: { type: 'any', description: 'One of the values.', spreads: true, itemsOf: 'values' } },
  asksReaders: 'value',
  run: ({ values, type }, { readers }) => ({ value: readValues(values, type, readers.types).values }),
})
