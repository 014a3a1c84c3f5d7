import { loadKeyOf } from '@woolgather/workflow'
import { z } from 'zod'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const similarity: WoolgatherNode = defineNode({
  type: 'text/similarity',
  version: 1,
  title: 'Similarity',
  description: 'How alike two texts are to a model: the cosine between their embeddings.',
  resource: 'model',
  inputs: {
    model: {
      type: 'model',
      title: 'Model',
      description: 'Who reads; models made for embedding do it best.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    a: { type: 'text', title: 'A', description: 'A text.', schema: z.string().min(1), widget: 'textarea' },
    b: { type: 'text', title: 'B', description: 'Another.', schema: z.string().min(1), widget: 'textarea' },
  },
  outputs: {
    score: { type: 'number', description: '1 the same, 0 nothing in common, below 0 opposite.' },
  },
  holds: ({ model }) => [loadKeyOf(model)],
  fingerprint: ({ model }, { models }) => models.fingerprint(model),
  run: ({ model: recipe, a, b }, { services, signal, progress }) =>
    services.models.use(recipe, { signal, onProgress: progress }, async ({ model, adapters, vectors }) => {
      const [left = new Float32Array(), right = new Float32Array()] = await model.embed({
        texts: [a, b],
        adapters,
        vectors,
        signal,
      })
      return { score: left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0) }
    }),
})
