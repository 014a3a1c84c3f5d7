import { callAsync, registerProgressCallback } from '@woolgather/ggml'
import type { ModelPointer, Native } from '@woolgather/ggml'
import { LlamaError } from '../contract/error.ts'
import { Vocabulary } from './vocabulary.ts'

/** A model read as one of another architecture. */
export interface Relabelling {
  /** A copy of the file that names it. */
  path: string
  /** What the copy names, and what the file itself does. */
  label: string
  own: string
}

export interface NativeModelOptions {
  path: string
  relabelled?: Relabelling | undefined
  gpuLayers: number
  /** Whether weights may be repacked for speed, which changes how sums are rounded with the size of a batch. */
  repack?: boolean | undefined
  signal?: AbortSignal | undefined
  onProgress?: ((fraction: number) => void) | undefined
}

/** Owner of a native model: weights and vocabulary. Contexts and adapters need it: whoever owns it disposes them first. */
export class NativeModel {
  readonly path: string
  readonly vocabulary: Vocabulary
  /** `general.architecture` of its file. */
  readonly architecture: string
  /** What llama.cpp takes it for, where that is another architecture: its adapters are to name that one. */
  readonly label: string | undefined
  readonly layers: number
  readonly embeddingSize: number
  readonly #native: Native
  #pointer: ModelPointer | undefined

  /** The file must have been checked. @throws LlamaError model-unreadable, cancelled */
  static async load(native: Native, options: NativeModelOptions): Promise<NativeModel> {
    const { signal, onProgress, path, relabelled } = options
    const progress = registerProgressCallback((fraction) => {
      onProgress?.(fraction)
      return signal?.aborted !== true
    })
    try {
      native.log.clear()
      const pointer = await callAsync(native.api.llama_model_load_from_file, relabelled?.path ?? path, {
        ...native.api.llama_model_default_params(),
        n_gpu_layers: options.gpuLayers,
        use_extra_bufts: options.repack ?? true,
        progress_callback: progress.pointer,
      })
      if (pointer !== null) return wrap(native, options, pointer)
    } finally {
      progress.release()
    }
    if (signal?.aborted) throw new LlamaError('cancelled', `Loading ${path} was cancelled.`)
    throw new LlamaError('model-unreadable', `llama.cpp cannot load ${path}.`, {
      hint: native.log
        .last()
        .filter((line) => /error|fail|unknown/i.test(line))
        .slice(0, 2)
        .join(' '),
    })
  }

  /** Use `load`. */
  constructor(
    native: Native,
    { path, relabelled }: Pick<NativeModelOptions, 'path' | 'relabelled'>,
    pointer: ModelPointer,
  ) {
    this.#native = native
    this.path = path
    this.#pointer = pointer
    this.vocabulary = new Vocabulary(native, pointer)
    this.architecture = relabelled?.own ?? readText(native, pointer, 'general.architecture')
    this.label = relabelled?.label
    this.layers = native.api.llama_model_n_layer(pointer)
    this.embeddingSize = native.api.llama_model_n_embd(pointer)
  }

  /** A key of the header as llama.cpp reads it; empty where it is absent. */
  readText(key: string): string {
    return readText(this.#native, this.pointer, key)
  }

  get pointer(): ModelPointer {
    if (!this.#pointer) throw new LlamaError('disposed', `The model ${this.path} was freed.`)
    return this.#pointer
  }

  async dispose(): Promise<void> {
    const pointer = this.#pointer
    this.#pointer = undefined
    if (pointer) await callAsync(this.#native.api.llama_model_free, pointer)
  }
}

/** Text of a key of the header; empty where it has none. */
function readText(native: Native, model: ModelPointer, key: string): string {
  const buffer = Buffer.alloc(256)
  const length = native.api.llama_model_meta_val_str(model, key, buffer, buffer.length)
  return buffer.toString('utf8', 0, Math.max(0, Math.min(length, buffer.length - 1)))
}

/** What throws while it reads the model must not leave the weights in memory. */
function wrap(native: Native, options: NativeModelOptions, pointer: ModelPointer): NativeModel {
  try {
    return new NativeModel(native, options, pointer)
  } catch (error) {
    native.api.llama_model_free(pointer)
    throw error
  }
}
