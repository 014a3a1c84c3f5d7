import { z } from 'zod'

/**
 * A model on a link: plain data that says how to get the model, not the model. Hashable, cacheable,
 * printable and sendable; only the worker turns it into something loaded.
 */
export interface ModelRecipe {
  kind: 'file'
  /** Path below a models folder, e.g. `demo/storyteller.gguf`. */
  file: string
  /** Layers to keep on the GPU, tokens of context, CPU threads; absent means chosen within memory. */
  gpuLayers?: number | undefined
  contextSize?: number | undefined
  threads?: number | undefined
  /** LoRA adapters in the order they were applied. */
  adapters: { file: string; strength: number }[]
  /** Control vectors, which add up. */
  vectors?: { vector: VectorValue; strength: number }[] | undefined
}

/** A control vector on a link: what is added to the outputs of a model's blocks, whole. */
export interface VectorValue {
  kind: 'vector'
  /** `general.architecture` of the model it was made for; absent: not known. */
  architecture?: string | undefined
  /** Number of a block, from 1 → its direction: 32-bit floats, little-endian, in base64. */
  directions: Record<string, string>
}

export const vectorSchema: z.ZodType<VectorValue> = z.strictObject({
  kind: z.literal('vector'),
  architecture: z.string().optional(),
  directions: z.record(z.string().regex(/^[1-9]\d{0,3}$/), z.base64()),
})

export const modelRecipeSchema: z.ZodType<ModelRecipe> = z.strictObject({
  kind: z.literal('file'),
  file: z.string().min(1),
  gpuLayers: z.int().nonnegative().optional(),
  contextSize: z.int().positive().optional(),
  threads: z.int().positive().optional(),
  adapters: z.array(z.strictObject({ file: z.string().min(1), strength: z.number() })),
  vectors: z.array(z.strictObject({ vector: vectorSchema, strength: z.number() })).optional(),
}) as z.ZodType<ModelRecipe>

/** A LoRA on a link: what a model is changed by, and how much. */
export interface LoraRecipe {
  kind: 'lora'
  /** Path below a models folder, e.g. `demo/pirate.lora.gguf`. */
  file: string
  /** 1 as trained; negative turns it round. */
  strength: number
}

export const loraRecipeSchema: z.ZodType<LoraRecipe> = z.strictObject({
  kind: z.literal('lora'),
  file: z.string().min(1),
  strength: z.number(),
})

/** One turn of a conversation, as chat templates take it. */
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant' | 'tool'
  content: string
}

export const chatMessageSchema: z.ZodType<ChatMessage> = z.strictObject({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: z.string(),
})
