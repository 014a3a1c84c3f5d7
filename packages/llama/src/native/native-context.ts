import { callAsync, viewFloats } from '@woolgather/ggml'
import type { Batch, CallbackPointer, ContextPointer, MemoryPointer, Native, Pointer } from '@woolgather/ggml'
import { LlamaError } from '../contract/error.ts'
import { AbortSwitch } from './abort-switch.ts'
import { applyAdapters, applyVector } from './apply-steering.ts'
import { BatchBuffers, type BatchEntry } from './batch-buffers.ts'
import type { NativeModel } from './native-model.ts'
import type { Steering } from './steering.ts'

export interface ContextOptions {
  contextSize: number
  batchSize: number
  sequences: number
  threads: number
  /** Each sequence has its own KV cache, and attention is computed the slow way: rounds alike in every batch. */
  separate?: boolean | undefined
  /** Sees every tensor that is computed: `registerEvalCallback`. */
  onTensor?: CallbackPointer | undefined
}

/** `LLAMA_FLASH_ATTN_TYPE_DISABLED`. */
const flashAttentionOff = 0

/** Rows of logits whose views are kept. */
const mostViews = 256

export type DecodeOutcome = 'done' | 'full' | 'aborted'

/**
 * Owner of a native context: KV cache and compute buffers. Its model must outlive it. Everything that
 * llama.cpp would abort the process over is checked here first.
 */
export class NativeContext {
  readonly model: NativeModel
  /** Cells of the KV cache, as llama.cpp rounded them up; of each sequence, where they are separate. */
  readonly cells: number
  readonly separate: boolean
  readonly batchSize: number
  readonly sequences: number
  readonly #native: Native
  readonly #memory: MemoryPointer
  readonly #buffers: BatchBuffers
  readonly #abort = new AbortSwitch()
  #pointer: ContextPointer | undefined
  #decoding = false
  #hasVector = false
  readonly #views = new Map<bigint, Float32Array>()
  /** The last batch, where it was decoded: some of its entries have logits. */
  #decoded: readonly BatchEntry[] = []

  static async create(native: Native, model: NativeModel, options: ContextOptions): Promise<NativeContext> {
    const params = {
      ...native.api.llama_context_default_params(),
      n_ctx: options.contextSize,
      n_batch: options.batchSize,
      n_ubatch: Math.min(options.batchSize, 512),
      n_seq_max: options.sequences,
      n_threads: options.threads,
      n_threads_batch: options.threads,
      kv_unified: !options.separate,
      ...(options.separate && { flash_attn_type: flashAttentionOff }),
      cb_eval: options.onTensor ?? null,
    }
    native.log.clear()
    const pointer = await callAsync(native.api.llama_init_from_model, model.pointer, params)
    if (pointer === null) {
      throw new LlamaError(
        'model-too-large',
        `No context of ${options.contextSize} tokens fits for ${model.path}.`,
        {
          hint: `Choose a smaller context size. ${native.log.last(3).join(' ')}`,
        },
      )
    }
    return new NativeContext(native, model, pointer, options.separate ?? false)
  }

  private constructor(native: Native, model: NativeModel, pointer: ContextPointer, separate: boolean) {
    const { api } = native
    const memory = api.llama_get_memory(pointer)
    if (memory === null) {
      api.llama_free(pointer)
      throw new LlamaError(
        'model-unsupported',
        `${model.path} keeps no state between tokens, so it cannot write text.`,
      )
    }
    this.#native = native
    this.model = model
    this.#pointer = pointer
    this.#memory = memory
    this.separate = separate
    this.cells = api.llama_n_ctx_seq(pointer)
    this.batchSize = api.llama_n_batch(pointer)
    this.sequences = api.llama_n_seq_max(pointer)
    this.#buffers = new BatchBuffers(this.batchSize)
    this.#abort.install(native, pointer)
  }

  get pointer(): ContextPointer {
    if (!this.#pointer) throw new LlamaError('disposed', 'The context was freed.')
    return this.#pointer
  }

  /**
   * Decodes on a worker thread. `full` and `aborted` leave some of the entries undone: whoever asked removes the
   * sequences concerned. @throws LlamaError native-error
   */
  async decode(entries: readonly BatchEntry[]): Promise<DecodeOutcome> {
    const { pointer } = this
    const batch = this.#prepare(entries)
    this.#decoding = true
    try {
      return this.#conclude(entries, await callAsync(this.#native.api.llama_decode, pointer, batch))
    } finally {
      this.#decoding = false
    }
  }

  /** `decode` on the main thread: for calls so short that the way to another would be felt. */
  decodeHere(entries: readonly BatchEntry[]): DecodeOutcome {
    const { pointer } = this
    return this.#conclude(entries, this.#native.api.llama_decode(pointer, this.#prepare(entries)))
  }

  #prepare(entries: readonly BatchEntry[]): Batch {
    if (this.#decoding) throw new LlamaError('native-error', 'Two decode calls on one context at once.')
    if (entries.length === 0) throw new LlamaError('native-error', 'A batch without tokens.')
    if (entries.length > this.batchSize) {
      throw new LlamaError(
        'native-error',
        `A batch of ${entries.length} tokens, at most ${this.batchSize} fit.`,
      )
    }
    for (const entry of entries) this.#checkEntry(entry)
    this.#abort.reset()
    this.#decoded = []
    return this.#buffers.fill(entries)
  }

  #conclude(entries: readonly BatchEntry[], code: number): DecodeOutcome {
    const outcome = this.#readOutcome(code)
    if (outcome === 'done') this.#decoded = entries
    return outcome
  }

  /** Makes the decode call under way return `aborted` at its next graph node. CPU only; elsewhere it runs to its end. */
  abort(): void {
    this.#abort.set()
  }

  #checkEntry(entry: BatchEntry): void {
    this.#checkSequence(entry.sequence)
    if (!Number.isInteger(entry.token) || entry.token < 0 || entry.token >= this.model.vocabulary.size) {
      throw new LlamaError('invalid-token', `${entry.token} is not a token of this model.`)
    }
  }

  #checkSequence(sequence: number): void {
    if (Number.isInteger(sequence) && sequence >= 0 && sequence < this.sequences) return
    throw new LlamaError(
      'native-error',
      `Sequence ${sequence} is not one of the ${this.sequences} of this context.`,
    )
  }

  #readOutcome(code: number): DecodeOutcome {
    if (code === 0) return 'done'
    if (code === 1) return 'full'
    if (code === 2) return 'aborted'
    throw new LlamaError('native-error', `llama.cpp failed to decode (code ${code}).`, {
      hint: this.#native.log.last(3).join(' '),
    })
  }

  /** Lets `target` share the first `length` tokens of `source`. */
  copySequence(source: number, target: number, length: number): void {
    this.#checkSequence(source)
    this.#checkSequence(target)
    this.#checkIdle()
    // A part of a cache of its own, or of a compressed one, would end the process: it is copied whole, then cut.
    const isWhole = this.lastPosition(source) < length
    if (!this.separate && !isWhole) {
      this.#native.api.llama_memory_seq_cp(this.#memory, source, target, 0, length)
      return
    }
    this.#native.api.llama_memory_seq_cp(this.#memory, source, target, -1, -1)
    if (!isWhole) this.#native.api.llama_memory_seq_rm(this.#memory, target, length, -1)
  }

  /** Removes the tokens from `start` on. False where the model's memory can only be removed whole. */
  removeTokens(sequence: number, start: number): boolean {
    this.#checkSequence(sequence)
    this.#checkIdle()
    return this.#native.api.llama_memory_seq_rm(this.#memory, sequence, start, -1)
  }

  /** Last position held for the sequence, −1 where it is empty. */
  lastPosition(sequence: number): number {
    this.#checkSequence(sequence)
    return this.#native.api.llama_memory_seq_pos_max(this.#memory, sequence)
  }

  /**
   * Logits of the index-th entry of the last batch, in native memory: valid until the next decode. Samplers read
   * the same memory, so what is written here is what they sample from.
   */
  logits(index: number): Float32Array {
    this.checkRow(index)
    const row = this.#native.api.llama_get_logits_ith(this.pointer, index)
    if (row === null) throw new LlamaError('native-error', `Entry ${index} of the last batch has no logits.`)
    return this.#viewRow(row)
  }

  /** The buffer seldom moves, and each new view counts as memory that brings the next garbage collection nearer. */
  #viewRow(row: Pointer<'float'>): Float32Array {
    const known = this.#views.get(row)
    if (known) return known
    if (this.#views.size >= mostViews) this.#views.clear()
    const view = viewFloats(row, this.model.vocabulary.size)
    this.#views.set(row, view)
    return view
  }

  /** Sampling from an entry without logits would end the process. */
  checkRow(index: number): void {
    this.#checkIdle()
    if (this.#decoded[index]?.logits) return
    throw new LlamaError('native-error', `Entry ${index} of the last batch has no logits.`)
  }

  /** Sets what the next decode calls are bent by. */
  steer({ adapters, vector }: Steering): void {
    this.#checkIdle()
    applyAdapters(this.#native, this.pointer, adapters)
    if (vector === undefined && !this.#hasVector) return
    applyVector(this.#native, this.pointer, this.model, vector)
    this.#hasVector = vector !== undefined
  }

  #checkIdle(): void {
    if (!this.#pointer) throw new LlamaError('disposed', 'The context was freed.')
    if (this.#decoding) throw new LlamaError('native-error', 'The context is decoding.')
  }

  async dispose(): Promise<void> {
    const pointer = this.#pointer
    if (!pointer) return
    this.#checkIdle()
    this.#pointer = undefined
    await callAsync(this.#native.api.llama_free, pointer)
  }
}
