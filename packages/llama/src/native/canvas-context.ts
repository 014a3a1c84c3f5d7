import { callAsync, viewFloats } from '@woolgather/ggml'
import type { ContextPointer, MemoryPointer, Native, Pointer } from '@woolgather/ggml'
import { LlamaError } from '../contract/error.ts'
import { AbortSwitch } from './abort-switch.ts'
import { applyAdapters, applyVector } from './apply-steering.ts'
import { BatchBuffers, type BatchEntry } from './batch-buffers.ts'
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

/** A text to read, and which of its tokens' logits are wanted. */
export interface CanvasText {
  tokens: readonly number[]
  /** Indices of tokens, ascending; one may be there twice. */
  rows: readonly number[]
  /**
   * So many tokens from the first are as this text was left with in the last call, and need not be read again. Only with
   * memory, and never up to a row that is wanted.
   */
  keep?: number | undefined
  /** Whose memory that is; default: its place in the call. */
  sequence?: number | undefined
}

/** `LLAMA_FLASH_ATTN_TYPE_DISABLED`, `LLAMA_ATTENTION_TYPE_NON_CAUSAL`, `GGML_TYPE_F32`. */
const flashAttentionOff = 0
const attentionOpen = 1
const float32 = 0

/**
 * Owner of a native context of a model whose tokens all see each other. Its model must outlive it. Everything that
 * llama.cpp would abort the process over, or take without a word and compute wrongly, is checked here first.
 *
 * Where llama.cpp keeps no memory for the architecture, every call reads its texts whole and computes logits for each of
 * their tokens. Of a model that is read under another label there is a memory: logits are computed where they are wanted
 * only, and what was read may be kept. It is one for all texts: in one for each, texts of unlike lengths are cut into
 * passes that do not see each other.
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
  readonly #memory: MemoryPointer | null
  /** What each sequence was left with. */
  readonly #held = new Map<number, readonly number[]>()
  #view: { pointer: Pointer<'float'>; floats: Float32Array } | undefined

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
      ...(model.label !== undefined && { attention_type: attentionOpen }),
      ...(exact && { flash_attn_type: flashAttentionOff, type_k: float32, type_v: float32 }),
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
    this.#memory = native.api.llama_get_memory(pointer)
  }

  /** Whether what was read can be kept. */
  get remembers(): boolean {
    return this.#memory !== null
  }

  /**
   * Reads texts on a worker thread.
   * @returns for each text a row of logits for each that is wanted, in native memory: valid until the next call; undefined
   * where it was aborted
   * @throws LlamaError invalid-token, native-error
   */
  async decode(texts: readonly CanvasText[]): Promise<Float32Array[][] | undefined> {
    const { api, log } = this.#native
    const pointer = this.#check(texts)
    // What others were left with would lie between, and change how sums are rounded.
    if (texts.every(({ sequence }) => sequence === undefined)) this.forget()
    const entries = texts.flatMap((text, index) => this.#entriesOf(text, text.sequence ?? index))
    this.#abort.reset()
    this.#decoding = true
    try {
      const code = await callAsync(api.llama_decode, pointer, this.#buffers.fill(entries))
      if (code === 0) return this.#rowsOf(pointer, texts, entries)
      this.forget()
      if (code === 2) return undefined
      throw new LlamaError('native-error', `llama.cpp failed to decode (code ${code}).`, {
        hint: log.last(3).join(' '),
      })
    } finally {
      this.#decoding = false
    }
  }

  /** Keeps nothing of what was read. */
  forget(): void {
    for (const sequence of this.#held.keys())
      if (this.#memory) this.#native.api.llama_memory_seq_rm(this.#memory, sequence, 0, -1)
    this.#held.clear()
  }

  /** The tokens of a text that are to be read; what stands in their places is removed from memory. */
  #entriesOf({ tokens, rows, keep = 0 }: CanvasText, sequence: number): BatchEntry[] {
    const held = this.#held.get(sequence) ?? []
    const isKept =
      keep > 0 && keep <= held.length && held.every((token, at) => at >= keep || token === tokens[at])
    const from = isKept ? keep : 0
    if (this.#memory) {
      this.#native.api.llama_memory_seq_rm(this.#memory, sequence, from, -1)
      this.#held.set(sequence, tokens)
    }
    const wanted = new Set(rows)
    return tokens.slice(from).map((token, index) => {
      const position = from + index
      // Without memory all are computed, whatever is asked for.
      return { token, position, sequence, logits: !this.remembers || wanted.has(position) }
    })
  }

  #rowsOf(
    pointer: ContextPointer,
    texts: readonly CanvasText[],
    entries: readonly BatchEntry[],
  ): Float32Array[][] {
    const { size } = this.#model.vocabulary
    const computed = entries.filter(({ logits }) => logits)
    const first = this.#native.api.llama_get_logits_ith(pointer, entries.indexOf(computed[0]!))
    if (first === null) throw new LlamaError('native-error', 'llama.cpp computed no logits.')
    const all = this.#viewRows(first, computed.length * size)
    const rowsOf = new Map<number, Map<number, number>>()
    for (const [row, { sequence, position }] of computed.entries()) {
      const own = rowsOf.get(sequence) ?? new Map<number, number>()
      rowsOf.set(sequence, own.set(position, row))
    }
    return texts.map(({ rows, sequence }, index) =>
      rows.map((position) => {
        const row = rowsOf.get(sequence ?? index)!.get(position)!
        return all.subarray(row * size, (row + 1) * size)
      }),
    )
  }

  /** The buffer only grows, and each new view counts as memory that brings the next garbage collection nearer. */
  #viewRows(pointer: Pointer<'float'>, length: number): Float32Array {
    if (this.#view?.pointer !== pointer || this.#view.floats.length < length)
      this.#view = { pointer, floats: viewFloats(pointer, length) }
    return this.#view.floats
  }

  /** Makes the call under way end at its next graph node. CPU only; elsewhere it runs to its end. */
  abort(): void {
    this.#abort.set()
  }

  #check(texts: readonly CanvasText[]): ContextPointer {
    if (!this.#pointer) throw new LlamaError('disposed', 'The context was freed.')
    if (this.#decoding) throw new LlamaError('native-error', 'Two decode calls on one context at once.')
    const tokens = texts.reduce((sum, text) => sum + text.tokens.length, 0)
    if (texts.some((text) => text.tokens.length === 0))
      throw new LlamaError('native-error', 'A text without tokens.')
    if (texts.length > this.sequences || tokens > this.contextSize || tokens === 0) {
      const limits = `at most ${this.sequences} with ${this.contextSize} tokens fit`
      throw new LlamaError(
        'native-error',
        `${texts.length} texts with ${tokens} tokens in a call; ${limits}.`,
      )
    }
    texts.forEach((text, index) => this.#checkText(text, text.sequence ?? index))
    return this.#pointer
  }

  #checkText({ tokens, rows, keep = 0 }: CanvasText, sequence: number): void {
    this.#model.vocabulary.check(tokens)
    if (rows.length === 0 || rows.some((row) => row < keep || row >= tokens.length))
      throw new LlamaError('native-error', 'Logits are wanted of no token that is read.')
    if (sequence < 0 || sequence >= this.sequences)
      throw new LlamaError('native-error', `There is no sequence ${sequence}.`)
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
