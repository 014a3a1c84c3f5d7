import type { LoraRecipe } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const loadLora: WoolgatherNode = defineNode({
  type: 'lora/load',
  version: 1,
  title: 'LoRA',
  description:
    'A LoRA from a GGUF file, or a PEFT adapter as Hugging Face has them: a small file that changes how a model writes.',
  // a look for a file: its answer may change while its inputs stay
  impure: true,
  inputs: {
    file: {
      type: 'file',
      title: 'File',
      description:
        'Path below a models folder, of a GGUF file or of a PEFT adapter’s folder, or an address to download from: hf:owner/repo/file.gguf, hf:owner/repo of a PEFT adapter, or https://…',
      schema: z.string().min(1, 'choose a LoRA file'),
      widget: 'lora',
    },
    strength: {
      type: 'number',
      title: 'Strength',
      description: 'How strong it is meant to be: 1 as trained. “Apply LoRA” multiplies it.',
      schema: z.number().min(-10).max(10).default(1),
    },
    sha256: {
      type: 'text',
      title: 'SHA-256',
      description: 'Checksum a downloaded file must have; of a PEFT adapter, its weights.',
      schema: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
        .optional(),
      advanced: true,
    },
  },
  outputs: { lora: { type: 'lora', description: 'The LoRA, to be applied to a model.' } },
  async run({ file, strength, sha256 }, { services, signal, progress, written }) {
    const source = await services.models.locateLora(file, {
      written: written('file'),
      sha256,
      signal,
      onProgress: (done, total) => progress(done, total, 'bytes'),
    })
    return { lora: { kind: 'lora', ...source, strength } satisfies LoraRecipe }
  },
})
