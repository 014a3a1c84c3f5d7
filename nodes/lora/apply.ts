import { z } from 'zod'
import { loraRecipeSchema, modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const applyLora: WoolgatherNode = defineNode({
  type: 'lora/apply',
  version: 1,
  title: 'Apply LoRA',
  description:
    'A model with a LoRA. Apply several one after another to stack them. The model is loaded once, whatever the strengths.',
  inputs: {
    model: {
      type: 'model',
      title: 'Model',
      description: 'The model it was trained on, with or without other LoRAs.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    lora: {
      type: 'lora',
      title: 'LoRA',
      description: 'What changes the model.',
      schema: loraRecipeSchema,
      widget: 'none',
    },
    strength: {
      type: 'number',
      title: 'Strength',
      description: 'How much of it: 0 nothing, 1 all, below 0 the other way round.',
      schema: z.number().min(-10).max(10).default(1),
    },
  },
  outputs: { model: { type: 'model', description: 'The model as the LoRA makes it.' } },
  run: ({ model, lora, strength }) => {
    const { kind: _, ...source } = lora
    const adapter = { ...source, strength: lora.strength * strength }
    return { model: { ...model, adapters: [...model.adapters, adapter] } }
  },
})
