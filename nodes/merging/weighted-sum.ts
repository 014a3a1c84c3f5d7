import { z } from 'zod'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { plainMerge } from './merge-value.ts'

export const weightedSum: WoolgatherNode = defineNode({
  type: 'merging/weighted-sum',
  version: 1,
  title: 'Weighted sum',
  description:
    'Blends two models into one between them: the weighted sum of their weights. Both must come from the same base. Made when something needs it, once for each ratio.',
  inputs: {
    first: {
      type: 'model',
      title: 'Model A',
      description: 'What the ratio 0 gives.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    second: {
      type: 'model',
      title: 'Model B',
      description: 'What the ratio 1 gives.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    ratio: {
      type: 'number',
      title: 'Ratio',
      description: 'Share of model B.',
      schema: z.number().min(0).max(1).default(0.5),
    },
  },
  outputs: { model: { type: 'model', description: 'The blend.' } },
  run: ({ first, second, ratio }) => ({
    model: plainMerge('weighted_sum', [first, second], { parameters: { multiplier: ratio } }),
  }),
})
