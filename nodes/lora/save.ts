import { provenanceKeys } from '@woolgather/workflow'
import { z } from 'zod'
import { loraRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const saveLora: WoolgatherNode = defineNode({
  type: 'lora/save',
  version: 1,
  title: 'Save LoRA',
  description:
    'Writes a LoRA as a GGUF file, at its strength, which llama.cpp’s tools read, too. It carries this workflow: “woolgather recipe” prints it.',
  impure: true,
  sink: true,
  inputs: {
    lora: {
      type: 'lora',
      title: 'LoRA',
      description: 'What to save.',
      schema: loraRecipeSchema,
      widget: 'none',
    },
    file: {
      type: 'text',
      title: 'File',
      description: 'Path below the models folder.',
      schema: z
        .string()
        .regex(/\.gguf$/i, 'must end in .gguf')
        .default('loras/mine.lora.gguf'),
      saves: true,
    },
    overwrite: {
      type: 'boolean',
      title: 'Overwrite',
      description: 'Replaces a file of that name; else a number is added to the name.',
      schema: z.boolean().default(false),
    },
  },
  outputs: { file: { type: 'file', description: 'Where it was written, as “LoRA” takes it.' } },
  run: async ({ lora, file, overwrite }, { services, signal, progress, workflow }) => ({
    file: await services.weights.saveLora(file, lora, {
      overwrite,
      signal,
      onProgress: progress,
      metadata: {
        [provenanceKeys.recipe]: JSON.stringify(lora),
        [provenanceKeys.workflow]: JSON.stringify(workflow),
      },
    }),
  }),
})
