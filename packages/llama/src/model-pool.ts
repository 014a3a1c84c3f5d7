import type { Native } from '@woolgather/ggml'
import { LlamaError } from './error.ts'
import type { LoadModelOptions, RuntimeInfo } from './interface.ts'
import { LoadedModel } from './loaded-model.ts'
import { identifyFile } from './native/identify-file.ts'

interface Entry {
  model: Promise<LoadedModel>
  references: number
  /** Stops the load when nobody waits for it any more. */
  abandon: AbortController
  listeners: Set<(fraction: number) => void>
}

/** Loaded models by file and options: loaded once, freed with the last reference. */
export class ModelPool {
  readonly #native: Native
  readonly #runtime: () => RuntimeInfo
  readonly #entries = new Map<string, Entry>()

  constructor(native: Native, runtime: () => RuntimeInfo) {
    this.#native = native
    this.#runtime = runtime
  }

  /** A reference; whoever takes it calls `release` once. */
  async acquire(options: LoadModelOptions): Promise<{ model: LoadedModel; release: () => Promise<void> }> {
    if (options.signal?.aborted) throw cancelled(options)
    const key = await keyOf(options)
    const entry = this.#entries.get(key) ?? this.#load(key, options)
    entry.references++
    const release = (): Promise<void> => this.#release(key, entry)
    try {
      return { model: await this.#wait(entry, options), release }
    } catch (error) {
      await release()
      throw error
    }
  }

  #load(key: string, options: LoadModelOptions): Entry {
    const abandon = new AbortController()
    const listeners: Entry['listeners'] = new Set()
    const onProgress = (fraction: number): void => listeners.forEach((listener) => listener(fraction))
    const model = LoadedModel.load(this.#native, this.#runtime(), {
      ...options,
      signal: abandon.signal,
      onProgress,
    })
    const entry: Entry = { model, references: 0, abandon, listeners }
    this.#entries.set(key, entry)
    return entry
  }

  async #wait(entry: Entry, options: LoadModelOptions): Promise<LoadedModel> {
    const { signal, onProgress } = options
    if (onProgress) entry.listeners.add(onProgress)
    let giveUp: (() => void) | undefined
    const cancellation = new Promise<never>((_, reject) => {
      giveUp = (): void => reject(cancelled(options))
      signal?.addEventListener('abort', giveUp, { once: true })
    })
    try {
      return await Promise.race([entry.model, cancellation])
    } finally {
      if (giveUp) signal?.removeEventListener('abort', giveUp)
      if (onProgress) entry.listeners.delete(onProgress)
    }
  }

  async #release(key: string, entry: Entry): Promise<void> {
    if (--entry.references > 0) return
    if (this.#entries.get(key) === entry) this.#entries.delete(key)
    entry.abandon.abort()
    const model = await entry.model.catch(() => undefined)
    await model?.dispose()
  }
}

function cancelled({ path, signal }: LoadModelOptions): LlamaError {
  return new LlamaError('cancelled', `Loading ${path} was cancelled`, { cause: signal?.reason })
}

async function keyOf(options: LoadModelOptions): Promise<string> {
  const { gpuLayers, contextSize, threads, maxSequences, reproducible = false } = options
  const file = await identifyFile(options.path)
  return JSON.stringify([file, gpuLayers, contextSize, threads, maxSequences, reproducible])
}
