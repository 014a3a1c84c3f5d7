import { z } from 'zod'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { plainMerge } from './merge-value.ts'

export const addDifference: WoolgatherNode = defineNode({
  type: 'merging/add-difference',
  version: 1,
  title: 'Add difference',
  description:
    'Model A, plus what model B learned beyond its base C: A + multiplier × (B − C). Gives one fine-tune the skill of another.',
  inputs: {
    model: {
      type: 'model',
      title: 'Model A',
      description: 'What is added to.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    tuned: {
      type: 'model',
      title: 'Model B',
      description: 'The fine-tune whose skill is wanted.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    base: {
      type: 'model',
      title: 'Model C',
      description: 'What model B was trained from.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    multiplier: {
      type: 'number',
      title: 'Multiplier',
      description: 'How much of the difference: 0 nothing, 1 all, below 0 takes it away.',
      schema: z.number().min(-10).max(10).default(1),
    },
  },
  outputs: { model: { type: 'model', description: 'The sum, made when something needs it.' } },
  run: ({ model, tuned, base, multiplier }) => ({
    model: plainMerge('add_difference', [model, tuned], { base, parameters: { multiplier } }),
  }),
})
