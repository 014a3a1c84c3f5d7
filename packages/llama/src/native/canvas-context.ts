import { callAsync, viewFloats } from '@woolgather/ggml'
import type { ContextPointer, Native } from '@woolgather/ggml'
import { LlamaError } from '../contract/error.ts'
import { AbortSwitch } from './abort-switch.ts'
import { applyAdapters, applyVector } from './apply-steering.ts'
import { BatchBuffers } from './batch-buffers.ts'
import type { NativeModel } from './native-model.ts'
import type { Steering } from './steering.ts'

export interface CanvasContextOptions {
  /** Tokens of one decode call. */
  contextSize: number
  /** Texts of one decode call. */
  sequences: number
  threads: number
  /** Attention is computed the slow way, in 32 bits: flash attention rounds keys and values to 16. */
  exact?: boolean | undefined
}

/** `LLAMA_FLASH_ATTN_TYPE_DISABLED`. */
const flashAttentionOff = 0

/**
 * Owner of a native context of a model whose tokens all see each other. There is no memory: every call reads its texts
 * whole, and gives logits for each of their tokens. Its model must outlive it. Everything that llama.cpp would abort
 * the process over, or take without a word and compute wrongly, is checked here first.
 */
export class CanvasContext implements AsyncDisposable {
  readonly contextSize: number
  readonly sequences: number
  readonly #native: Native
  readonly #model: NativeModel
  readonly #buffers: BatchBuffers
  readonly #abort = new AbortSwitch()
  #pointer: ContextPointer | undefined
  #decoding = false
  #steeredBy = ''
  #hasVector = false

  static async create(
    native: Native,
    model: NativeModel,
    { contextSize, sequences, threads, exact }: CanvasContextOptions,
  ): Promise<CanvasContext> {
    native.log.clear()
    const pointer = await callAsync(native.api.llama_init_from_model, model.pointer, {
      ...native.api.llama_context_default_params(),
      n_ctx: contextSize,
      n_batch: contextSize,
      n_ubatch: contextSize,
      n_seq_max: sequences,
      n_threads: threads,
      n_threads_batch: threads,
      kv_unified: true,
      ...(exact && { flash_attn_type: flashAttentionOff }),
    })
    if (pointer === null) {
      throw new LlamaError('model-too-large', `No context of ${contextSize} tokens fits for ${model.path}.`, {
        hint: `Choose a smaller context size. ${native.log.last(3).join(' ')}`,
      })
    }
    return new CanvasContext(native, model, pointer, { contextSize, sequences })
  }

  private constructor(
    native: Native,
    model: NativeModel,
    pointer: ContextPointer,
    { contextSize, sequences }: Pick<CanvasContextOptions, 'contextSize' | 'sequences'>,
  ) {
    this.#native = native
    this.#model = model
    this.#pointer = pointer
    this.contextSize = contextSize
    this.sequences = sequences
    this.#buffers = new BatchBuffers(contextSize)
    this.#abort.install(native, pointer)
  }

  /**
   * Reads texts whole, on a worker thread.
   * @returns a row of logits for each token, text after text, in native memory: valid until the next call; undefined
   * where it was aborted
   * @throws LlamaError invalid-token, native-error
   */
  async decode(texts: readonly (readonly number[])[]): Promise<Float32Array | undefined> {
    const { api, log } = this.#native
    const pointer = this.#check(texts)
    const entries = texts.flatMap((tokens, sequence) =>
      tokens.map((token, position) => ({ token, position, sequence, logits: true })),
    )
    this.#abort.reset()
    this.#decoding = true
    try {
      const code = await callAsync(api.llama_decode, pointer, this.#buffers.fill(entries))
      if (code === 2) return undefined
      const first = code === 0 ? api.llama_get_logits_ith(pointer, 0) : null
      if (first !== null) return viewFloats(first, entries.length * this.#model.vocabulary.size)
      throw new LlamaError('native-error', `llama.cpp failed to decode (code ${code}).`, {
        hint: log.last(3).join(' '),
      })
    } finally {
      this.#decoding = false
    }
  }

  /** Makes the call under way end at its next graph node. CPU only; elsewhere it runs to its end. */
  abort(): void {
    this.#abort.set()
  }

  #check(texts: readonly (readonly number[])[]): ContextPointer {
    if (!this.#pointer) throw new LlamaError('disposed', 'The context was freed.')
    if (this.#decoding) throw new LlamaError('native-error', 'Two decode calls on one context at once.')
    const tokens = texts.reduce((sum, text) => sum + text.length, 0)
    if (texts.some((text) => text.length === 0))
      throw new LlamaError('native-error', 'A text without tokens.')
    if (texts.length > this.sequences || tokens > this.contextSize || tokens === 0) {
      const limits = `at most ${this.sequences} with ${this.contextSize} tokens fit`
      throw new LlamaError(
        'native-error',
        `${texts.length} texts with ${tokens} tokens in a call; ${limits}.`,
      )
    }
    for (const text of texts) this.#model.vocabulary.check(text)
    return this.#pointer
  }

  /** Sets what the next decode calls are bent by. */
  steer({ key, adapters, vector }: Steering): void {
    if (!this.#pointer) throw new LlamaError('disposed', 'The context was freed.')
    if (this.#decoding) throw new LlamaError('native-error', 'The context is decoding.')
    if (key === this.#steeredBy) return
    applyAdapters(this.#native, this.#pointer, adapters)
    if (vector !== undefined || this.#hasVector) applyVector(this.#native, this.#pointer, this.#model, vector)
    this.#hasVector = vector !== undefined
    this.#steeredBy = key
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pointer = this.#pointer
    this.#pointer = undefined
    if (pointer) await callAsync(this.#native.api.llama_free, pointer)
  }
}
