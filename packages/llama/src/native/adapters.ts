import { callAsync } from '@woolgather/ggml'
import type { AdapterPointer, Native } from '@woolgather/ggml'
import { LlamaError } from '../error.ts'
import { identifyFile } from './identify-file.ts'
import type { NativeModel } from './native-model.ts'
import { checkAdapterFile } from './check-adapter-file.ts'

/** LoRA adapters with strengths, ready to be set on a context of the model they were loaded for. */
export interface AdapterStack {
  /** Equal for stacks that compute the same; KV decoded under one is worthless to another. */
  key: string
  adapters: readonly { pointer: AdapterPointer; strength: number }[]
}

/** A stack in use: its adapters stay loaded until `release`, which may be called twice. */
export interface UsedAdapters extends AdapterStack {
  release(): void
}

export interface AdapterRequest {
  path: string
  strength: number
}

interface Loaded {
  pointer: AdapterPointer
  users: number
  lastUsed: number
}

/** Adapters kept loaded though nothing uses them. */
const keptIdle = 8

/**
 * Owner of one model's adapters. They hold tensors of that very model, so they are never handed to a context of
 * another: llama.cpp would abort the process.
 */
export class AdapterStore {
  readonly #native: Native
  readonly #model: NativeModel
  readonly #loaded = new Map<string, Loaded>()
  readonly #loading = new Map<string, Promise<Loaded>>()
  #clock = 0

  constructor(native: Native, model: NativeModel) {
    this.#native = native
    this.#model = model
    model.retain()
  }

  /**
   * Loads what is not loaded yet. `release` the stack when its generation has ended.
   * @throws LlamaError adapter-mismatch, model-not-found, model-unreadable
   */
  async acquire(requests: readonly AdapterRequest[]): Promise<UsedAdapters> {
    const strengths = sumStrengths(requests)
    const acquired: { file: string; loaded: Loaded; strength: number }[] = []
    const release = (): void => acquired.splice(0).forEach(({ loaded }) => loaded.users--)
    try {
      for (const [path, strength] of strengths) {
        const file = await identifyFile(path)
        acquired.push({ file, loaded: await this.#use(path, file), strength })
      }
    } catch (error) {
      release()
      throw error
    }
    acquired.sort((a, b) => (a.file < b.file ? -1 : 1))
    return {
      key: JSON.stringify(acquired.map(({ file, strength }) => [file, strength])),
      adapters: acquired.map(({ loaded, strength }) => ({ pointer: loaded.pointer, strength })),
      release,
    }
  }

  async #use(path: string, file: string): Promise<Loaded> {
    let loading = this.#loading.get(file)
    if (!this.#loaded.has(file) && !loading) {
      loading = this.#load(path, file).finally(() => this.#loading.delete(file))
      this.#loading.set(file, loading)
    }
    const loaded = this.#loaded.get(file) ?? (await loading!)
    loaded.users++
    loaded.lastUsed = ++this.#clock
    return loaded
  }

  async #load(path: string, file: string): Promise<Loaded> {
    await checkAdapterFile(path, this.#model.path)
    this.#native.log.clear()
    const pointer = await callAsync(this.#native.api.llama_adapter_lora_init, this.#model.pointer, path)
    if (pointer === null) {
      throw new LlamaError('adapter-mismatch', `llama.cpp cannot use ${path} with ${this.#model.path}`, {
        hint: this.#native.log.last(2).join(' '),
      })
    }
    const loaded = { pointer, users: 0, lastUsed: 0 }
    this.#loaded.set(file, loaded)
    return loaded
  }

  /** Frees adapters long unused. `inUse` are set on the context, or may be any moment. */
  trim(inUse: ReadonlySet<AdapterPointer>): void {
    const idle = [...this.#loaded]
      .filter(([, { users, pointer }]) => users === 0 && !inUse.has(pointer))
      .sort(([, a], [, b]) => b.lastUsed - a.lastUsed)
    for (const [file, { pointer }] of idle.slice(keptIdle)) {
      this.#loaded.delete(file)
      this.#native.api.llama_adapter_lora_free(pointer)
    }
  }

  /** After the contexts that use them. */
  async dispose(): Promise<void> {
    for (const { pointer } of this.#loaded.values()) this.#native.api.llama_adapter_lora_free(pointer)
    this.#loaded.clear()
    await this.#model.release()
  }
}

/** llama.cpp keeps one strength per adapter, so the same file twice is its strengths added up. */
function sumStrengths(requests: readonly AdapterRequest[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { path, strength } of requests) {
    if (!Number.isFinite(strength)) {
      throw new LlamaError(
        'invalid-sampling',
        `The strength of ${path} is ${strength}; it must be a finite number`,
      )
    }
    sums.set(path, (sums.get(path) ?? 0) + strength)
  }
  return new Map([...sums].filter(([, strength]) => strength !== 0))
}
