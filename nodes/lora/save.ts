import { loraOn, provenanceKeys, withoutDatasets } from '@woolgather/workflow'
import { z } from 'zod'
import { loraRecipeSchema, modelRecipeSchema } from '../services/recipe-schemas.ts'
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
    model: {
      type: 'model',
      title: 'Model',
      description: 'Of PEFT adapters: the model that they are made for. Others need none.',
      schema: modelRecipeSchema.optional(),
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
    includeDataset: {
      type: 'boolean',
      title: 'With the dataset',
      description:
        'Of a LoRA that was trained here: the workflow in the file has the lines it learnt from, too. Whoever gets the file can read them.',
      schema: z.boolean().default(false),
      advanced: true,
    },
  },
  outputs: { file: { type: 'file', description: 'Where it was written, as “LoRA” takes it.' } },
  run: async (
    { lora, model, file, overwrite, includeDataset },
    { services, signal, progress, workflow },
  ) => ({
    file: await services.weights.saveLora(file, model ? loraOn(lora, model) : lora, {
      overwrite,
      signal,
      onProgress: progress,
      metadata: {
        [provenanceKeys.recipe]: JSON.stringify(lora),
        [provenanceKeys.workflow]: JSON.stringify(includeDataset ? workflow : withoutDatasets(workflow)),
      },
    }),
  }),
})
