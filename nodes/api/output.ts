import { jsonSchema } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const output: WoolgatherNode = defineNode({
  type: 'api/output',
  version: 1,
  title: 'API output',
  description: 'A value that whoever calls this workflow is given back.',
  sink: true,
  inputs: {
    name: {
      type: 'text',
      description: 'What callers call it; a chat client is sent the first.',
      schema: z.string().default(''),
    },
    value: {
      type: 'any',
      description: 'What to give back.',
      schema: jsonSchema,
      widget: 'none',
      passes: 'value',
    },
  },
  outputs: { value: { type: 'any', description: 'The same value.' } },
  run: ({ value }) => ({ value }),
})
