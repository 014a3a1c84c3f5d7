import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const any: WoolgatherNode = defineNode({
  type: 'logic/any',
  version: 1,
  title: 'Any',
  description: 'True where at least one is.',
  inputs: {
    conditions: { type: 'boolean', description: 'The conditions.', schema: z.boolean(), multiple: true },
  },
  outputs: { boolean: { type: 'boolean', description: 'Whether any is true.' } },
  run: ({ conditions }) => ({ boolean: conditions.some(Boolean) }),
})
