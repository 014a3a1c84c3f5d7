import { loadKeyOf, type Json, type Table } from '@woolgather/workflow'
import { z } from 'zod'
import { joinSamplers, withoutAbsent, samplerSchema } from '../generation/sampler-value.ts'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { resolveBiases, type ResolvedBias } from './words/resolve-bias.ts'
import { parseWordBiases } from './words/word-bias.ts'

export const logitBias: WoolgatherNode = defineNode({
  type: 'steering/logit-bias',
  version: 1,
  title: 'Word bias',
  description:
    'Words and phrases that are to come more often, less often, never, or alone. With a model, shows which tokens that means.',
  resource: 'model',
  inputs: {
    words: {
      type: 'text',
      title: 'Words',
      description:
        'A line each: words, a colon, a weight. “moon, star: 3” makes them likelier, “dragon: never” forbids, “yes, no: only” allows nothing else. A word counts with and without leading space and capital; of a word of several tokens, or a phrase, the last token is what is made likelier. “never” keeps a word out however it is split; “only” puts a space between its words.',
      schema: z.string(),
      widget: 'textarea',
    },
    exact: {
      type: 'boolean',
      title: 'As typed',
      description: 'Words count exactly as typed. A leading space can be typed in "quotes".',
      schema: z.boolean().default(false),
      advanced: true,
    },
    sampler: {
      type: 'sampler',
      title: 'Sampler',
      description: 'Settings and biases to add these to.',
      schema: samplerSchema.optional(),
      widget: 'none',
    },
    model: {
      type: 'model',
      title: 'Model',
      description: 'Whose tokens to show.',
      schema: modelRecipeSchema.optional(),
      widget: 'none',
    },
  },
  outputs: {
    sampler: { type: 'sampler', description: 'The settings with these biases.' },
    tokens: { type: 'table', description: 'Which tokens each word is; empty without a model.' },
  },
  holds: ({ model }) => (model === undefined ? [] : [loadKeyOf(model)]),
  fingerprint: ({ model }, { models }) => (model === undefined ? null : models.fingerprint(model)),
  async run({ words, exact, sampler: from, model: recipe }, context) {
    const bias = parseWordBiases(words, exact, 'words')
    const sampler = withoutAbsent(joinSamplers(from, { bias }))
    if (recipe === undefined) return { sampler, tokens: tableOf([], () => '') }
    const options = { signal: context.signal, onProgress: context.progress }
    const tokens = await context.services.models.use(recipe, options, ({ model }) =>
      Promise.resolve(
        tableOf(resolveBiases(model, bias), (token) => model.detokenize([token], { special: true })),
      ),
    )
    return { sampler, tokens }
  },
})

/** A row for each form of a word. */
function tableOf(resolved: readonly ResolvedBias[], nameOf: (token: number) => string): Table {
  const rows = resolved.flatMap(({ text, weight, forms }) =>
    forms.map((form): Json[] => [
      text,
      weight,
      form.tokens.map((token) => `“${nameOf(token)}”`).join(' '),
      form.tokens,
    ]),
  )
  return { columns: ['word', 'weight', 'tokens', 'ids'], rows }
}
