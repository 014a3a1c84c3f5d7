import type { LoraRecipe, Table } from '@woolgather/workflow'
import { z } from 'zod'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const extractLora: WoolgatherNode = defineNode({
  type: 'lora/extract',
  version: 1,
  title: 'Extract LoRA',
  description:
    'What a fine-tune learned beyond its base, as a LoRA: a small file that can be weighed, combined and applied to relatives of the base.',
  inputs: {
    tuned: {
      type: 'model',
      title: 'Fine-tune',
      description: 'The model whose change is wanted.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    base: {
      type: 'model',
      title: 'Base',
      description: 'The model that it was made from.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    rank: {
      type: 'integer',
      title: 'Rank',
      description: 'The higher, the closer to the fine-tune and the larger the file.',
      schema: z.int().min(1).max(4096).default(32),
    },
    energy: {
      type: 'number',
      title: 'Energy',
      description:
        'In place of a rank: for each tensor as high a rank as keeps this share of its change, e.g. 0.95.',
      schema: z.number().positive().max(1).optional(),
      advanced: true,
    },
    embeddings: {
      type: 'boolean',
      title: 'Embeddings',
      description:
        'Embeddings and output layer, too. Such LoRAs are large, and not every program can use them.',
      schema: z.boolean().default(false),
      advanced: true,
    },
  },
  outputs: {
    lora: { type: 'lora', description: 'The LoRA, to be applied, combined or saved.' },
    table: {
      type: 'table',
      description: 'For each tensor its rank, and the share of its change that is kept.',
    },
    kept: { type: 'number', description: 'The mean of those shares.' },
    left: { type: 'list', description: 'Tensors that changed but cannot be in a LoRA, such as norms.' },
  },
  fingerprint: ({ tuned, base }, { models }) =>
    Promise.all([tuned, base].map((recipe) => models.fingerprint(recipe))),
  async run({ tuned, base, rank, energy, embeddings }, { services, signal, progress }) {
    const extract = { tuned, base, ...(energy === undefined ? { rank } : { energy }), embeddings }
    const lora: LoraRecipe = { kind: 'lora', extract, strength: 1 }
    const { tensors, left } = await services.weights.describeLora(lora, { signal, onProgress: progress })
    const table: Table = {
      columns: ['tensor', 'rank', 'kept'],
      rows: tensors.map(({ name, rank: own, kept }) => [name, own, kept]),
    }
    const kept = tensors.reduce((sum, tensor) => sum + (tensor.kept ?? 1), 0) / Math.max(1, tensors.length)
    return { lora: lora, table: table, kept, left }
  },
})
