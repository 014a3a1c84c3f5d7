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
  listeners: Set<Progress>
}

type Progress = (fraction: number) => void

/** Loaded models by file and options: loaded once, freed with the last reference. */
export class ModelPool {
  readonly #native: Native
  readonly #runtime: () => RuntimeInfo
  readonly #entries = new Map<string, Entry>()
  /** Models on their way out: the same one is not loaded again beside them. */
  readonly #freeing = new Map<string, Promise<void>>()

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
    const load = (): Promise<LoadedModel> =>
      LoadedModel.load(this.#native, this.#runtime(), { ...options, signal: abandon.signal, onProgress })
    const model = (this.#freeing.get(key) ?? Promise.resolve()).then(load)
    const entry: Entry = { model, references: 0, abandon, listeners }
    this.#entries.set(key, entry)
    return entry
  }

  async #wait(entry: Entry, options: LoadModelOptions): Promise<LoadedModel> {
    const { signal, onProgress } = options
    let fail: (error: unknown) => void = () => undefined
    const failure = new Promise<never>((_, reject) => {
      fail = reject
    })
    const giveUp = (): void => fail(cancelled(options))
    const listener = onProgress && tellOrFail(onProgress, fail)
    if (listener) entry.listeners.add(listener)
    signal?.addEventListener('abort', giveUp, { once: true })
    // It may have been aborted while the file was looked at.
    if (signal?.aborted) giveUp()
    try {
      return await Promise.race([entry.model, failure])
    } finally {
      signal?.removeEventListener('abort', giveUp)
      if (listener) entry.listeners.delete(listener)
    }
  }

  async #release(key: string, entry: Entry): Promise<void> {
    if (--entry.references > 0) return
    if (this.#entries.get(key) === entry) this.#entries.delete(key)
    entry.abandon.abort()
    const freeing = entry.model.then(
      (model) => model.dispose(),
      () => undefined, // It never loaded: who asked for it was told.
    )
    const before = this.#freeing.get(key)
    const all = before ? Promise.all([before, freeing]).then(() => undefined) : freeing
    this.#freeing.set(key, all)
    await freeing
    if (this.#freeing.get(key) === all) this.#freeing.delete(key)
  }
}

/** Native code calls it while it loads: a throw there would end the process, and others wait for the same model. */
function tellOrFail(onProgress: Progress, fail: (error: unknown) => void): Progress {
  return (fraction) => {
    try {
      onProgress(fraction)
    } catch (error) {
      fail(error)
    }
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
