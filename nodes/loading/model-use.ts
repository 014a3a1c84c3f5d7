import { z } from 'zod'
import type { ModelUse } from '@woolgather/workflow'

const optionalCount = (minimum: number, maximum: number): z.ZodOptional<z.ZodNumber> =>
  z.int().min(minimum).max(maximum).optional()

/** What a model is loaded with, wherever its weights come from. */
export const modelUseInputs = {
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
    description: 'Tokens shared by everything that runs on this model at once. Empty: chosen within memory.',
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
} as const

type Loading = Pick<ModelUse, 'gpuLayers' | 'contextSize' | 'threads'> & { reproducible: boolean }

/** The same in a recipe, which is written in one way only: absent unless asked for. */
export function modelUse({ gpuLayers, contextSize, threads, reproducible }: Loading): ModelUse {
  return {
    ...(gpuLayers !== undefined && { gpuLayers }),
    ...(contextSize !== undefined && { contextSize }),
    ...(threads !== undefined && { threads }),
    ...(reproducible && { reproducible }),
    adapters: [],
  }
}
