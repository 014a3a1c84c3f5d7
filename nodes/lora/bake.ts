import { outputTypes, type ModelRecipe } from '@woolgather/workflow'
import { z } from 'zod'
import { loraRecipeSchema, modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { sourceOf } from './lora-value.ts'

export const bakeLora: WoolgatherNode = defineNode({
  type: 'lora/bake',
  version: 1,
  title: 'Bake LoRA',
  description:
    'A model with LoRAs in its weights, quantised models too: as quick as the model alone, and ready to be merged or saved for other programs.',
  inputs: {
    model: {
      type: 'model',
      title: 'Model',
      description: 'What is changed. LoRAs that are applied to it are baked, too.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    loras: {
      type: 'lora',
      title: 'LoRAs',
      description: 'What changes it, each at its strength.',
      schema: loraRecipeSchema.optional(),
      multiple: true,
    },
    strength: {
      type: 'number',
      title: 'Strength',
      description: 'Of all of these LoRAs: 0 nothing, 1 all, below 0 the other way round.',
      schema: z.number().min(-10).max(10).default(1),
    },
    type: {
      type: 'text',
      title: 'Type',
      description:
        'How weights are stored. auto: as the model has them. A small change can get lost in few bits: choose a larger type to keep it.',
      schema: z.enum(outputTypes).default('auto'),
    },
  },
  outputs: { model: { type: 'model', description: 'The changed model, made when something needs it.' } },
  run({ model, loras, strength, type }) {
    const { adapters, vectors, gpuLayers, contextSize, threads, reproducible, ...source } = model
    const added = loras
      .filter((lora) => lora !== undefined)
      .map((lora) => ({ ...sourceOf(lora), strength: lora.strength * strength }))
    const baked: ModelRecipe = {
      kind: 'merge',
      method: 'passthrough',
      models: [{ model: { ...source, adapters: [...adapters, ...added] }, parameters: {} }],
      parameters: {},
      vocabulary: 'same',
      outputType: type,
      // What the model is loaded with stays as it was, and so do its vectors, which are no weights.
      ...(gpuLayers !== undefined && { gpuLayers }),
      ...(contextSize !== undefined && { contextSize }),
      ...(threads !== undefined && { threads }),
      ...(reproducible && { reproducible }),
      ...(vectors && { vectors }),
      adapters: [],
    }
    return { model: baked }
  },
})
