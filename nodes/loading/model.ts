import type { ModelRecipe } from '@woolgather/workflow'
import { z } from 'zod'
import { modelUse, modelUseInputs } from './model-use.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const model: WoolgatherNode = defineNode({
  type: 'loading/model',
  version: 1,
  title: 'Model',
  description: 'A language model from a GGUF file. Nothing is loaded until a node downstream needs it.',
  // a look for a file: its answer may change while its inputs stay
  impure: true,
  inputs: {
    file: {
      type: 'file',
      title: 'File',
      description:
        'Path below a models folder, or an address to download from: hf:owner/repo/file.gguf, hf:owner/repo:Q4_K_M or https://…',
      schema: z.string().min(1, 'choose a model file'),
      widget: 'model',
    },
    ...modelUseInputs,
    sha256: {
      type: 'text',
      title: 'SHA-256',
      description: 'Checksum a downloaded file must have.',
      schema: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
        .optional(),
      advanced: true,
    },
  },
  outputs: { model: { type: 'model', description: 'The recipe of this model.' } },
  async run({ file, sha256, ...use }, { services, signal, progress, written }) {
    const located = await services.models.locate(file, {
      written: written('file'),
      sha256,
      signal,
      onProgress: (done, total) => progress(done, total, 'bytes'),
    })
    const recipe = { kind: 'file', file: located, ...modelUse(use) } satisfies ModelRecipe
    return { model: recipe }
  },
})
