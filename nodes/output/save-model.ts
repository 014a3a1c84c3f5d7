import { outputTypes, provenanceKeys, withoutDatasets, type OutputType } from '@woolgather/workflow'
import { z } from 'zod'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

const keep = 'keep'
const types = [keep, ...outputTypes.filter((type) => type !== 'auto')] as const

export const saveModel: WoolgatherNode = defineNode({
  type: 'output/save-model',
  version: 1,
  title: 'Save model',
  description:
    'Writes a model as a GGUF file that any program on llama.cpp runs: a merge, a model with its LoRAs baked in, or another quantisation. It carries this workflow: “woolgather recipe” prints it.',
  impure: true,
  sink: true,
  inputs: {
    model: {
      type: 'model',
      title: 'Model',
      description: 'What to save.',
      schema: modelRecipeSchema,
      widget: 'none',
    },
    file: {
      type: 'text',
      title: 'File',
      description: 'Path below the models folder.',
      schema: z
        .string()
        .regex(/\.gguf$/i, 'must end in .gguf')
        .default('merges/mine.gguf'),
      saves: true,
    },
    type: {
      type: 'text',
      title: 'Type',
      description:
        'How weights are stored; keep: as they are. The fewer bits, the smaller, quicker and coarser: Q8_0 is close to the original, Q4_K_M the usual choice.',
      schema: z.enum(types as [typeof keep, ...OutputType[]]).default(keep),
    },
    overwrite: {
      type: 'boolean',
      title: 'Overwrite',
      description: 'Replaces a file of that name, unless it is in use; else a number is added to the name.',
      schema: z.boolean().default(false),
    },
  },
  outputs: {
    file: { type: 'file', description: 'Where it was written, as “Model” takes it.' },
    bytes: { type: 'integer', description: 'How large it is.' },
    notes: { type: 'list', description: 'What is stored otherwise than was asked, and why.' },
  },
  async run({ model, file, type, overwrite }, { services, signal, progress, workflow }) {
    const saved = await services.weights.saveModel(file, model, {
      type: type === keep ? 'auto' : type,
      overwrite,
      signal,
      onProgress: progress,
      metadata: {
        [provenanceKeys.recipe]: JSON.stringify(model),
        [provenanceKeys.workflow]: JSON.stringify(withoutDatasets(workflow)),
      },
    })
    return { file: saved.file, bytes: saved.bytes, notes: [...saved.notes] }
  },
})
