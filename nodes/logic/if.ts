import { jsonSchema } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const choose: WoolgatherNode = defineNode({
  type: 'logic/if',
  version: 1,
  title: 'If',
  description: 'One of two values; only the side that is chosen is computed, at each coordinate by itself.',
  inputs: {
    condition: { type: 'boolean', description: 'Which side.', schema: z.boolean() },
    whenTrue: {
      type: 'any',
      description: 'The value where it is true.',
      schema: jsonSchema,
      lazy: true,
      passes: 'value',
    },
    whenFalse: {
      type: 'any',
      description: 'The value where it is false.',
      schema: jsonSchema,
      lazy: true,
      passes: 'value',
    },
  },
  outputs: { value: { type: 'any', description: 'The chosen value.' } },
  run: async (inputs) => ({ value: await (inputs.condition ? inputs.whenTrue() : inputs.whenFalse()) }),
})
