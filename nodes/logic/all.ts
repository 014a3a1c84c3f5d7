import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const all: WoolgatherNode = defineNode({
  type: 'logic/all',
  version: 1,
  title: 'All',
  description: 'True where every one is.',
  inputs: {
    conditions: { type: 'boolean', description: 'The conditions.', schema: z.boolean(), multiple: true },
  },
  outputs: { boolean: { type: 'boolean', description: 'Whether all are true.' } },
  run: ({ conditions }) => ({ boolean: conditions.every(Boolean) }),
})
