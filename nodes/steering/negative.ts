import { applyNegative, asMix } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { promptOrMixSchema } from './mixes/mix-schemas.ts'

export const negative: WoolgatherNode = defineNode({
  type: 'steering/negative',
  version: 1,
  title: 'Negative prompt',
  description:
    'Steers away from something: guidance × prompt + (1 − guidance) × negative. Costs one more sequence.',
  inputs: {
    prompt: {
      type: 'mix',
      title: 'Prompt',
      description: 'What to ask for: text, or a mix from another node.',
      schema: promptOrMixSchema,
      passes: 'mix',
      widget: 'textarea',
    },
    negative: {
      type: 'text',
      title: 'Negative',
      description: 'What to steer away from, as a prompt like the main one; with a frame, a word is enough.',
      schema: z.string().default(''),
      widget: 'textarea',
    },
    guidance: {
      type: 'number',
      title: 'Guidance',
      description:
        '1 does nothing, 1.5 is usual, 2 strong; above 3 text degrades. Below 1 it steers towards it.',
      schema: z.number().min(-10).max(10).default(1.5),
      widget: 'slider',
    },
    frame: {
      type: 'text',
      title: 'Frame',
      description:
        'A sentence of the same form as the prompt, with {{negative}} in it: “Tell me a story about {{negative}}”. Empty: the negative is used as typed.',
      schema: z.string().default(''),
    },
  },
  outputs: {
    mix: { type: 'mix', description: 'The prompt with its negative.' },
    warnings: { type: 'list', description: 'What may not work as meant.', warns: true },
  },
  run: ({ prompt, negative: typed, guidance, frame }) => {
    const { mix, warnings } = applyNegative(asMix(prompt), typed, guidance, frame)
    return { mix, warnings }
  },
})
