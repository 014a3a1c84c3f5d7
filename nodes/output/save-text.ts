import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services.ts'

export const saveText: WoolgatherNode = defineNode({
  type: 'output/save-text',
  version: 1,
  title: 'Save text',
  description: 'Writes text to a file below the output folder.',
  sink: true,
  // The file is the point: a cached result would leave it missing after someone deleted it.
  impure: true,
  inputs: {
    text: { type: 'text', description: 'What to write.', schema: z.string(), widget: 'textarea' },
    file: {
      type: 'text',
      title: 'File',
      description: 'Name below the output folder; folders are made as needed.',
      schema: z.string().min(1).default('text.txt'),
    },
    overwrite: {
      type: 'boolean',
      title: 'Overwrite',
      description: 'Replace a file of that name; otherwise a number is added.',
      schema: z.boolean().default(false),
    },
  },
  outputs: { file: { type: 'file', description: 'Where it was written, below the output folder.' } },
  run: async ({ text, file, overwrite }, { services }) => ({
    file: await services.files.writeOutput(file, text, { overwrite }),
  }),
})
