import { loraOn, provenanceKeys, withoutDatasets, WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import { loraRecipeSchema, modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const saveLora: WoolgatherNode = defineNode({
  type: 'lora/save',
  version: 1,
  title: 'Save LoRA',
  description:
    'Writes a LoRA at its strength: as a GGUF file, which llama.cpp’s tools read, too, or as a PEFT adapter for transformers. It carries this workflow: “woolgather recipe” prints that of a GGUF file.',
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
      description:
        'The model that it is for. Needed where it was a PEFT adapter, or is to become one: names and order depend on it.',
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
    format: {
      type: 'text',
      title: 'Format',
      description:
        'gguf: a file. peft: a folder of the same name without .lora.gguf, with adapter_config.json and adapter_model.safetensors.',
      schema: z.enum(['gguf', 'peft']).default('gguf'),
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
    { lora, model, file, format, overwrite, includeDataset },
    { services, signal, progress, workflow },
  ) => {
    const options = {
      overwrite,
      signal,
      onProgress: progress,
      metadata: {
        [provenanceKeys.recipe]: JSON.stringify(lora),
        [provenanceKeys.workflow]: JSON.stringify(includeDataset ? workflow : withoutDatasets(workflow)),
      },
    }
    if (format === 'gguf') {
      return { file: await services.weights.saveLora(file, model ? loraOn(lora, model) : lora, options) }
    }
    if (model !== undefined) return { file: await services.weights.savePeft(file, lora, model, options) }
    throw new WoolgatherError('missing-input', 'What a PEFT adapter is depends on a model.', {
      input: 'model',
      hint: 'Link the model that the LoRA is for.',
    })
  },
})
