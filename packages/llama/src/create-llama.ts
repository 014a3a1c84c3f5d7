import { loadNative, NativeError } from '@woolgather/ggml'
import type { Gpu, Native } from '@woolgather/ggml'
import { LlamaError } from './contract/error.ts'
import type { LanguageModel, LlamaRuntime, LoadModelOptions, RuntimeInfo } from './contract/interface.ts'
import { NativeLanguageModel } from './models/language-model.ts'
import { countPhysicalCores } from './count-cores.ts'
import { ModelPool } from './models/model-pool.ts'

export interface CreateLlamaOptions {
  /** Forces what computes; absent: `WOOLGATHER_GPU`, else the best of this machine. Counts on the first call of a process. */
  gpu?: Gpu | undefined
  /** Default CPU threads of models; absent: physical cores − 1, at least 1. */
  threads?: number | undefined
}

/**
 * llama.cpp in this process. An abort in native code ends the process, so it belongs in one of its own.
 * @throws LlamaError native-missing, native-version
 */
export async function createLlama(options: CreateLlamaOptions = {}): Promise<LlamaRuntime> {
  try {
    return new NativeRuntime(await loadNative({ gpu: options.gpu }), options)
  } catch (error) {
    if (!(error instanceof NativeError)) throw error
    throw new LlamaError(error.code, error.message, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    })
  }
}

/** Owner of the models it loaded; the libraries stay, since they are the process's. */
class NativeRuntime implements LlamaRuntime {
  readonly #native: Native
  readonly #threads: number
  readonly #pool: ModelPool
  readonly #models = new Set<NativeLanguageModel>()
  readonly #loading = new Set<Promise<unknown>>()
  #disposal: Promise<void> | undefined

  constructor(native: Native, options: CreateLlamaOptions) {
    this.#native = native
    this.#threads = options.threads ?? Math.max(1, countPhysicalCores() - 1)
    this.#pool = new ModelPool(native, () => this.info)
  }

  get info(): RuntimeInfo {
    const devices = this.#native.devices().filter(({ kind }) => kind === 'gpu' || kind === 'integrated-gpu')
    return {
      build: this.#native.binary.release,
      backend: this.#native.backend,
      devices: devices.map(({ name, description, freeBytes, totalBytes }) => ({
        name,
        description,
        freeBytes,
        totalBytes,
      })),
      threads: this.#threads,
    }
  }

  async loadModel(options: LoadModelOptions): Promise<LanguageModel> {
    if (this.#disposal) throw new LlamaError('disposed', 'The runtime was disposed.')
    const loading = this.#load(options)
    this.#loading.add(loading)
    try {
      return await loading
    } finally {
      this.#loading.delete(loading)
    }
  }

  async #load(options: LoadModelOptions): Promise<LanguageModel> {
    const { model, release } = await this.#pool.acquire(options)
    const handle = new NativeLanguageModel(model, async () => {
      this.#models.delete(handle)
      await release()
    })
    this.#models.add(handle)
    return handle
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose()
    return this.#disposal
  }

  async #dispose(): Promise<void> {
    await Promise.allSettled(this.#loading)
    await Promise.all([...this.#models].map((model) => model[Symbol.asyncDispose]()))
  }
}
