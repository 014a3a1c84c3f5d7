import { callAsync, viewFloats } from '@woolgather/ggml'
import type { ContextPointer, Native } from '@woolgather/ggml'
import { LlamaError } from '../contract/error.ts'
import { BatchBuffers } from './batch-buffers.ts'
import { applyAdapters, applyVector } from './apply-steering.ts'
import type { NativeModel } from './native-model.ts'
import type { Steering } from './steering.ts'

/** llama.cpp's `llama_pooling_type`. */
export const poolings = { none: 0, mean: 1, first: 2, last: 3, rank: 4 } as const

export interface EmbeddingContextOptions {
  /** Tokens of the longest text: each is read in one piece. */
  contextSize: number
  threads: number
  /** One of `poolings`; absent: as the file says. */
  pooling?: number | undefined
}

/** `LLAMA_ATTENTION_TYPE_NON_CAUSAL`: what is read under another label sees both ways all the same. */
const attentionOpen = 1

/** Reads one text after the other whole, and has llama.cpp pool it. Its model must outlive it. */
export class EmbeddingContext implements AsyncDisposable {
  readonly #native: Native
  readonly #model: NativeModel
  readonly #buffers: BatchBuffers
  readonly #pointer: ContextPointer

  static async create(
    native: Native,
    model: NativeModel,
    { contextSize, threads, pooling }: EmbeddingContextOptions,
  ): Promise<EmbeddingContext> {
    native.log.clear()
    const pointer = await callAsync(native.api.llama_init_from_model, model.pointer, {
      ...native.api.llama_context_default_params(),
      n_ctx: contextSize,
      n_batch: contextSize,
      n_ubatch: contextSize,
      n_seq_max: 1,
      n_threads: threads,
      n_threads_batch: threads,
      embeddings: true,
      ...(model.label !== undefined && { attention_type: attentionOpen }),
      ...(pooling !== undefined && { pooling_type: pooling }),
    })
    if (pointer === null) {
      throw new LlamaError('model-too-large', `No context of ${contextSize} tokens fits for ${model.path}.`, {
        hint: `Embed shorter texts. ${native.log.last(3).join(' ')}`,
      })
    }
    return new EmbeddingContext(native, model, pointer, contextSize)
  }

  private constructor(native: Native, model: NativeModel, pointer: ContextPointer, contextSize: number) {
    this.#native = native
    this.#model = model
    this.#pointer = pointer
    this.#buffers = new BatchBuffers(contextSize)
  }

  /** Sets what the texts are read with. */
  steer({ adapters, vector }: Steering): void {
    applyAdapters(this.#native, this.#pointer, adapters)
    if (vector !== undefined) applyVector(this.#native, this.#pointer, this.#model, vector)
  }

  /** The pooled vector of a text, as the model gives it: of any length. @throws LlamaError native-error */
  async read(tokens: readonly number[]): Promise<Float32Array> {
    const { api, log } = this.#native
    const memory = api.llama_get_memory(this.#pointer)
    if (memory !== null) api.llama_memory_seq_rm(memory, 0, -1, -1)
    const batch = this.#buffers.fill(
      tokens.map((token, position) => ({ token, position, sequence: 0, logits: true })),
    )
    const code = await callAsync(api.llama_decode, this.#pointer, batch)
    const pooled = code === 0 ? api.llama_get_embeddings_seq(this.#pointer, 0) : null
    if (pooled !== null) return viewFloats(pooled, api.llama_model_n_embd_out(this.#model.pointer)).slice()
    throw new LlamaError('native-error', `llama.cpp did not embed the text (code ${code}).`, {
      hint: log.last(3).join(' '),
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await callAsync(this.#native.api.llama_free, this.#pointer)
  }
}
