import { callAsync } from '@woolgather/ggml'
import type { AdapterPointer, Native } from '@woolgather/ggml'
import { LlamaError } from '../contract/error.ts'
import { identifyFile } from './identify-file.ts'
import type { NativeModel } from './native-model.ts'
import { relabelledCopy } from './relabelled-copy.ts'
import { checkAdapterFile } from './check-adapter-file.ts'
import type { UsedSteering } from './steering.ts'

export interface AdapterRequest {
  path: string
  strength: number
}

interface Loaded {
  pointer: AdapterPointer
  users: number
  lastUsed: number
}

interface Loading {
  /** Who waits for it. */
  users: number
  result: Promise<Loaded>
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
  readonly #loading = new Map<string, Loading>()
  #clock = 0

  constructor(native: Native, model: NativeModel) {
    this.#native = native
    this.#model = model
  }

  /**
   * Loads what is not loaded yet. `release` the stack when its generation has ended.
   * @throws LlamaError adapter-mismatch, model-not-found, model-unreadable
   */
  async acquire(requests: readonly AdapterRequest[]): Promise<UsedSteering> {
    const acquired: { file: string; loaded: Loaded; strength: number }[] = []
    const release = (): void => acquired.splice(0).forEach(({ loaded }) => loaded.users--)
    try {
      for (const { file, path, strength } of await sumStrengths(requests)) {
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
    const known = this.#loaded.get(file)
    if (known) return this.#count(known)
    let loading = this.#loading.get(file)
    if (!loading) {
      const own: Loading = { users: 0, result: this.#load(path, file, () => own.users) }
      this.#loading.set(file, own)
      own.result = own.result.finally(() => this.#loading.delete(file))
      loading = own
    }
    // Counted before it is loaded: once it is stored, `trim` may come before this continues.
    loading.users++
    return this.#touch(await loading.result)
  }

  #count(loaded: Loaded): Loaded {
    loaded.users++
    return this.#touch(loaded)
  }

  #touch(loaded: Loaded): Loaded {
    loaded.lastUsed = ++this.#clock
    return loaded
  }

  async #load(path: string, file: string, countUsers: () => number): Promise<Loaded> {
    await checkAdapterFile(path, this.#model.path)
    const { api, log } = this.#native
    const { label } = this.#model
    await using copy = label === undefined ? undefined : await relabelledCopy([path], label)
    const { pointer, said } = await log.alone(async () => {
      const pointer = await callAsync(api.llama_adapter_lora_init, this.#model.pointer, copy?.path ?? path)
      return { pointer, said: log.last().filter((line) => line.startsWith('llama_adapter_lora_init')) }
    })
    if (pointer === null) {
      throw new LlamaError('adapter-mismatch', `llama.cpp cannot use ${path} with ${this.#model.path}.`, {
        hint: said.slice(-2).join(' '),
      })
    }
    if ((await identifyFile(path).catch(() => undefined)) !== file) {
      this.#native.api.llama_adapter_lora_free(pointer)
      throw new LlamaError('model-unreadable', `${path} was changed or replaced while it was loaded.`, {
        hint: 'Try again when it is no longer written to.',
      })
    }
    const loaded = { pointer, users: countUsers(), lastUsed: ++this.#clock }
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

  /** After the contexts that use them, before the model. */
  dispose(): void {
    for (const { pointer } of this.#loaded.values()) this.#native.api.llama_adapter_lora_free(pointer)
    this.#loaded.clear()
  }
}

/** llama.cpp keeps one strength per adapter, so the same file twice, by whatever path, is its strengths added up. */
async function sumStrengths(
  requests: readonly AdapterRequest[],
): Promise<{ file: string; path: string; strength: number }[]> {
  const sums = new Map<string, { file: string; path: string; strength: number }>()
  for (const { path, strength } of requests) {
    if (!Number.isFinite(strength)) {
      throw new LlamaError(
        'invalid-sampling',
        `The strength of ${path} is ${strength}; it must be a finite number.`,
      )
    }
    const file = await identifyFile(path)
    sums.set(file, { file, path, strength: (sums.get(file)?.strength ?? 0) + strength })
  }
  return [...sums.values()].filter(({ strength }) => strength !== 0)
}
