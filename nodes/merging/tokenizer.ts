import { z } from 'zod'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { mergeValue } from './merge-value.ts'

export const tokenizer: WoolgatherNode = defineNode({
  type: 'merging/tokenizer',
  version: 1,
  title: 'Change tokenizer',
  description:
    'A model with another model’s tokens, or with those of both, so that it can be merged and mixed with it. Rows of embeddings and output layer move with their tokens; those the model lacks are taken from the other.',
  inputs: {
    model: {
      type: 'model',
      title: 'Model',
      description: 'Whose weights are kept.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    other: {
      type: 'model',
      title: 'Other model',
      description: 'Whose tokens are wanted: of the same architecture and size.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    vocabulary: {
      type: 'text',
      title: 'Vocabulary',
      description:
        'other: exactly the other model’s. union: the model’s own first, so that they keep their ids, then what only the other has.',
      schema: z.enum(['other', 'union']).default('other'),
    },
  },
  outputs: {
    model: { type: 'model', description: 'The model with these tokens, made when something needs it.' },
  },
  run: ({ model, other, vocabulary }) => ({
    model: mergeValue({
      method: 'linear',
      models: [
        { model, parameters: { weight: 1 } },
        { model: other, parameters: { weight: 0 } },
      ],
      parameters: {},
      vocabulary: vocabulary === 'other' ? 1 : 'union',
      outputType: 'auto',
    }),
  }),
})
