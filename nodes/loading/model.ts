import type { ModelRecipe } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

const optionalCount = (minimum: number, maximum: number): z.ZodOptional<z.ZodNumber> =>
  z.int().min(minimum).max(maximum).optional()

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
    gpuLayers: {
      type: 'integer',
      title: 'GPU layers',
      description: 'Layers kept on the GPU. Empty: as many as fit.',
      schema: optionalCount(0, 10_000),
      advanced: true,
    },
    contextSize: {
      type: 'integer',
      title: 'Context size',
      description:
        'Tokens shared by everything that runs on this model at once. Empty: chosen within memory.',
      schema: optionalCount(8, 16_777_216),
      advanced: true,
    },
    threads: {
      type: 'integer',
      title: 'Threads',
      description: 'CPU threads. Empty: physical cores − 1.',
      schema: optionalCount(1, 512),
      advanced: true,
    },
    reproducible: {
      type: 'boolean',
      title: 'Reproducible',
      description:
        'The same prompt and seed give the same text on one machine, whatever else runs. Without it, texts of quantised models that are written at once often part after some tokens: cells that you compare may differ by that alone. Slower by about a half, most of all with F16 weights and LoRAs.',
      schema: z.boolean().default(false),
      advanced: true,
    },
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
  async run(
    { file, gpuLayers, contextSize, threads, reproducible, sha256 },
    { services, signal, progress, written },
  ) {
    const located = await services.models.locate(file, {
      written: written('file'),
      sha256,
      signal,
      onProgress: (done, total) => progress(done, total, 'bytes'),
    })
    const recipe = {
      kind: 'file',
      file: located,
      ...(gpuLayers !== undefined && { gpuLayers }),
      ...(contextSize !== undefined && { contextSize }),
      ...(threads !== undefined && { threads }),
      // Absent unless asked for, so that a recipe is written in one way only.
      ...(reproducible && { reproducible }),
      adapters: [],
    } satisfies ModelRecipe
    return { model: recipe }
  },
})
