import { outputTypes, type ModelRecipe } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { modelUse, modelUseInputs } from './model-use.ts'

export const checkpoint: WoolgatherNode = defineNode({
  type: 'loading/checkpoint',
  version: 1,
  title: 'Checkpoint',
  description:
    'A language model as it was published for transformers: config.json, safetensors and a tokenizer. It becomes a GGUF file once, when a node downstream needs it.',
  // a look for files: its answer may change while its inputs stay
  impure: true,
  inputs: {
    folder: {
      type: 'file',
      title: 'Folder',
      description:
        'Path of its folder below a models folder, or hf:owner/repo to download from (#branch where it is not main).',
      schema: z.string().min(1, 'choose a folder'),
    },
    type: {
      type: 'text',
      title: 'Type',
      description:
        'How weights are stored. auto: as they were published. Smaller types take less memory and are quicker.',
      schema: z.enum(outputTypes).default('auto'),
    },
    ...modelUseInputs,
  },
  outputs: { model: { type: 'model', description: 'The recipe of this model.' } },
  async run({ folder, type, ...use }, { services, signal, progress, written }) {
    const located = await services.models.locateCheckpoint(folder, {
      written: written('folder'),
      signal,
      onProgress: (done, total) => progress(done, total, 'bytes'),
    })
    const recipe = {
      kind: 'checkpoint',
      ...located,
      outputType: type,
      ...modelUse(use),
    } satisfies ModelRecipe
    return { model: recipe }
  },
})
