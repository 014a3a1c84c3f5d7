import type { TextPrompt, TextScore } from '@woolgather/llama'
import { loadKeyOf, type Json, type Table } from '@woolgather/workflow'
import { z } from 'zod'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { framingInputs, specialParts, type Framing } from './prompt-inputs.ts'
import { weightNotes } from './use-models.ts'
import { writeTerm, type WrittenPrompt } from './write-prompt.ts'

export const score: WoolgatherNode = defineNode({
  type: 'generation/score',
  version: 1,
  title: 'Score',
  description:
    'How likely a model finds given texts as its answer. Of several, the likeliest: multiple choice without writing a word.',
  resource: 'model',
  inputs: {
    model: {
      type: 'model',
      title: 'Model',
      description: 'Who judges.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    choices: {
      type: 'list',
      title: 'Texts',
      description: 'One text to score, or several to choose from, each as an answer to the prompt.',
      schema: z.union([
        z.array(z.string().min(1)).min(1).max(1_000),
        z
          .string()
          .min(1)
          .transform((text) => [text]),
      ]),
    },
    prompt: {
      type: 'text',
      title: 'Prompt',
      description: 'What the texts answer. Empty, and without messages: they stand alone.',
      schema: z.string().default(''),
      widget: 'textarea',
    },
    ...framingInputs,
    measure: {
      type: 'text',
      title: 'Measure',
      description:
        'sum: the log-likelihood of the whole text; mean: per token, which is fairer where lengths differ much.',
      schema: z.enum(['sum', 'mean']).default('sum'),
    },
  },
  outputs: {
    choice: { type: 'text', description: 'The likeliest text.' },
    index: { type: 'integer', description: 'Which one that is, from 0.' },
    logLikelihood: { type: 'number', description: 'Its log-likelihood: the sum over its tokens.' },
    perplexity: { type: 'number', description: 'Its perplexity: 1 is certain, higher more surprising.' },
    probability: { type: 'number', description: 'Its share among the texts.' },
    logprobs: { type: 'list', description: 'Its tokens with their log-probabilities.' },
    table: { type: 'table', description: 'All texts with their figures.' },
    warnings: { type: 'list', description: 'What was lost in weights that were made.', warns: true },
  },
  holds: ({ model }) => [loadKeyOf(model)],
  fingerprint: ({ model }, { models }) => models.fingerprint(model),
  run: ({ model: recipe, choices, measure, ...inputs }, { services, signal, progress, typed }) =>
    services.models.use(
      recipe,
      { signal, onProgress: progress },
      async ({ model, adapters, vectors, notes, warnings }) => {
        const framing = { ...inputs, special: specialParts(inputs.special, typed) }
        const prompt = await writeQuestion(framing, (text) => writeTerm(model, text, framing))
        const scores = await model.score({
          prompt,
          continuations: choices.map((text) => ({ text })),
          adapters,
          vectors,
          signal,
        })
        return {
          ...rank(choices, scores, measure),
          warnings: weightNotes([recipe], () => ({ notes, warnings })),
        }
      },
    ),
})

/** Without anything to answer, the texts are scored as they stand. */
async function writeQuestion(
  { prompt, messages = [], system }: Framing & { prompt: string },
  write: (prompt: string) => Promise<WrittenPrompt>,
): Promise<TextPrompt> {
  if (prompt === '' && messages.length === 0 && system === '') return { text: '', special: false }
  return (await write(prompt)).prompt
}

function rank(choices: readonly string[], scores: readonly TextScore[], measure: 'sum' | 'mean') {
  const values = scores.map(({ logLikelihood, tokens }) =>
    measure === 'sum' ? logLikelihood : logLikelihood / Math.max(tokens.length, 1),
  )
  const best = values.indexOf(Math.max(...values))
  const weights = values.map((value) => Math.exp(value - (values[best] ?? 0)))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const shares = weights.map((weight) => weight / total)
  const table: Table = {
    columns: ['text', 'log-likelihood', 'perplexity', 'tokens', 'share'],
    rows: choices.map((text, index): Json[] => {
      const { logLikelihood = 0, perplexity = 0, tokens = [] } = scores[index] ?? {}
      return [text, logLikelihood, perplexity, tokens.length, shares[index] ?? 0]
    }),
  }
  return {
    choice: choices[best] ?? '',
    index: best,
    logLikelihood: scores[best]?.logLikelihood ?? 0,
    perplexity: scores[best]?.perplexity ?? 0,
    probability: shares[best] ?? 0,
    logprobs: scores[best]?.tokens ?? [],
    table,
  }
}
