import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const end: WoolgatherNode = defineNode({
  type: 'loopback/end',
  version: 1,
  title: 'Loop end',
  description:
    'Ends a loop: what arrives here enters the start again, until the maximum is reached or `stop` is true.',
  zone: 'end',
  dynamicInputs: { kind: 'zone-slots', from: 'start' },
  inputs: {
    start: {
      type: 'text',
      description: 'The loop start this belongs to.',
      schema: z.string().min(1),
      widget: 'none',
    },
    stop: {
      type: 'boolean',
      description: 'Ends the loop after this iteration.',
      schema: z.boolean().default(false),
    },
  },
  outputs: { count: { type: 'integer', description: 'How many iterations there were.' } },
  run: (_, { iteration }) => ({ count: iteration }),
})
