import { loadKeyOf } from '@woolgather/workflow'
import { z } from 'zod'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const embed: WoolgatherNode = defineNode({
  type: 'generation/embed',
  version: 1,
  title: 'Embed',
  description: 'A text as a list of numbers: texts that a model takes to be alike have lists that are alike.',
  resource: 'model',
  inputs: {
    model: {
      type: 'model',
      title: 'Model',
      description: 'Who reads; models made for embedding do it best.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    text: {
      type: 'text',
      title: 'Text',
      description: 'What to read.',
      schema: z.string().min(1),
      widget: 'textarea',
    },
  },
  outputs: {
    list: { type: 'list', description: 'The numbers; their length as an arrow is 1.' },
    promptTokens: { type: 'integer', description: 'How many tokens the text has.' },
  },
  holds: ({ model }) => [loadKeyOf(model)],
  fingerprint: ({ model }, { models }) => models.fingerprint(model),
  run: ({ model: recipe, text }, { services, signal, progress }) =>
    services.models.use(recipe, { signal, onProgress: progress }, async ({ model, adapters, vectors }) => {
      const [vector = new Float32Array()] = await model.embed({ texts: [text], adapters, vectors, signal })
      const { length } = await model.tokenizePrompt({ text })
      return { list: [...vector], promptTokens: length }
    }),
})
