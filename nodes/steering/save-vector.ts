import { provenanceKeys, vectorSchema, withoutDatasets } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { readVectorValue } from './vectors/vector-value.ts'

export const saveVector: WoolgatherNode = defineNode({
  type: 'steering/save-vector',
  version: 1,
  title: 'Save control vector',
  description:
    'Writes a control vector as a GGUF file, which llama.cpp’s tools read, too. It carries this workflow: “woolgather recipe” prints it.',
  impure: true,
  sink: true,
  inputs: {
    vector: {
      type: 'vector',
      title: 'Vector',
      description: 'What to save.',
      schema: vectorSchema,
      widget: 'none',
    },
    file: {
      type: 'text',
      title: 'File',
      description: 'Path below the models folder.',
      schema: z.string().regex(/\.gguf$/i, 'must end in .gguf'),
      saves: true,
    },
    overwrite: {
      type: 'boolean',
      title: 'Overwrite',
      description: 'Replaces a file of that name; else a number is added to the name.',
      schema: z.boolean().default(false),
    },
  },
  outputs: { file: { type: 'file', description: 'Where it was written, as “Control vector” takes it.' } },
  run: async ({ vector, file, overwrite }, { services, workflow }) => ({
    file: await services.models.writeVector(file, readVectorValue(vector), {
      overwrite,
      metadata: { [provenanceKeys.workflow]: JSON.stringify(withoutDatasets(workflow)) },
    }),
  }),
})
