import { loadKeyOf } from '@woolgather/workflow'
import { z } from 'zod'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const tokens: WoolgatherNode = defineNode({
  type: 'generation/tokens',
  version: 1,
  title: 'Tokens',
  description: 'How a text splits into the tokens of a model.',
  resource: 'model',
  inputs: {
    model: {
      type: 'model',
      title: 'Model',
      description: 'Whose tokens.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    text: {
      type: 'text',
      title: 'Text',
      description: 'What to split.',
      schema: z.string(),
      widget: 'textarea',
    },
    special: {
      type: 'boolean',
      title: 'Control tokens',
      description: 'Reads <|im_end|> and the like as the control tokens they name, not as text.',
      schema: z.boolean().default(false),
      advanced: true,
    },
  },
  outputs: {
    count: { type: 'integer', description: 'How many tokens.' },
    list: { type: 'list', description: 'The text of each; part of a character shows as �.' },
    ids: { type: 'list', description: 'Their numbers.' },
  },
  holds: ({ model }) => [loadKeyOf(model)],
  fingerprint: ({ model }, { models }) => models.fingerprint(model),
  run: ({ model: recipe, text, special }, { services, signal, progress }) =>
    services.models.use(recipe, { signal, onProgress: progress }, ({ model }) => {
      const ids = model.tokenize(text, { special, addBos: false })
      const list = ids.map((id) => model.detokenize([id], { special: true }))
      return Promise.resolve({ count: ids.length, list, ids })
    }),
})
