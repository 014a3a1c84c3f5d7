import { z } from 'zod'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { likenessChart, likenessTable, measures, type Measure } from './likeness-chart.ts'

export const compareModels: WoolgatherNode = defineNode({
  type: 'merging/compare',
  version: 1,
  title: 'Compare models',
  description:
    'How alike two models are, tensor by tensor, as a heat map over layers. Reads every weight of both.',
  sink: true,
  inputs: {
    first: {
      type: 'model',
      title: 'Model A',
      description: 'What is compared with, such as the base of a fine-tune.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    second: {
      type: 'model',
      title: 'Model B',
      description: 'What is compared. Merges are made first, LoRAs baked in.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    measure: {
      type: 'text',
      title: 'Measure',
      description:
        'What the heat map shows: length of the difference relative to model A, cosine of the angle between both, share of weights of one sign, or the largest difference of a weight.',
      schema: z.enum(Object.keys(measures) as [Measure, ...Measure[]]).default('relative difference'),
    },
    filter: {
      type: 'text',
      title: 'Tensors',
      description: 'Only tensors whose name holds this, e.g. attn or blk.3. Empty: all.',
      schema: z.string().default(''),
      advanced: true,
    },
  },
  outputs: {
    chart: { type: 'json', description: 'The heat map: layers by kinds of tensors.' },
    table: { type: 'table', description: 'A row for each tensor with all measures.' },
    relativeDifference: { type: 'number', description: 'Of all compared tensors as one vector.' },
    cosine: { type: 'number', description: 'Of all compared tensors as one vector.' },
    signAgreement: { type: 'number', description: 'Of all compared weights.' },
  },
  fingerprint: ({ first, second }, { models }) =>
    Promise.all([first, second].map((recipe) => models.fingerprint(recipe))),
  async run({ first, second, measure, filter }, { services, signal, progress }) {
    const { tensors, whole } = await services.weights.compare(first, second, {
      filter,
      signal,
      onProgress: progress,
    })
    return {
      chart: likenessChart(tensors, measure, titles[measure]),
      table: likenessTable(tensors),
      relativeDifference: whole.relativeDifference,
      cosine: whole.cosine,
      signAgreement: whole.signAgreement,
    }
  },
})

const titles: Record<Measure, string> = {
  'relative difference': 'Difference of B, relative to A',
  cosine: 'Cosine between A and B',
  'sign agreement': 'Share of weights of one sign in A and B',
  'largest difference': 'Largest difference of a weight',
}
