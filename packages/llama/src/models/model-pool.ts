import type { Native } from '@woolgather/ggml'
import { LlamaError } from '../contract/error.ts'
import type { LoadModelOptions, RuntimeInfo } from '../contract/interface.ts'
import { ResidentModel } from '../resident/resident-model.ts'
import { MemoryClaims } from '../memory/index.ts'
import { SharedWeights } from '../native/shared-weights.ts'
import { identifyModel } from '../native/identify-file.ts'

interface Entry {
  model: Promise<ResidentModel>
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
  readonly #claims = new MemoryClaims()
  readonly #weights: SharedWeights
  readonly #entries = new Map<string, Entry>()
  /** Models on their way out: the same one is not loaded again beside them. */
  readonly #freeing = new Map<string, Promise<void>>()

  constructor(native: Native, runtime: () => RuntimeInfo) {
    this.#native = native
    this.#weights = new SharedWeights(native)
    this.#runtime = runtime
  }

  /** A reference; whoever takes it calls `release` once. */
  async acquire(options: LoadModelOptions): Promise<{ model: ResidentModel; release: () => Promise<void> }> {
    if (options.signal?.aborted) throw cancelled(options)
    const identity = await identifyModel(options.path)
    const key = keyOf(identity, options)
    const entry = this.#entries.get(key) ?? this.#load(key, { ...options, identity })
    entry.references++
    const release = (): Promise<void> => this.#release(key, entry)
    try {
      return { model: await this.#wait(entry, options), release }
    } catch (error) {
      await release()
      throw error
    }
  }

  #load(key: string, options: LoadModelOptions & { identity: string }): Entry {
    const abandon = new AbortController()
    const listeners: Entry['listeners'] = new Set()
    const onProgress = (fraction: number): void => listeners.forEach((listener) => listener(fraction))
    const load = async (): Promise<ResidentModel> => {
      const parts = {
        native: this.#native,
        runtime: this.#runtime(),
        claims: this.#claims,
        weights: this.#weights,
      }
      const model = await ResidentModel.load(parts, { ...options, signal: abandon.signal, onProgress })
      return await asIdentified(model, options)
    }
    const model = (this.#freeing.get(key) ?? Promise.resolve()).then(load)
    const entry: Entry = { model, references: 0, abandon, listeners }
    this.#entries.set(key, entry)
    return entry
  }

  async #wait(entry: Entry, options: LoadModelOptions): Promise<ResidentModel> {
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
  return new LlamaError('cancelled', `Loading ${path} was cancelled.`, { cause: signal?.reason })
}

function keyOf(identity: string, options: LoadModelOptions): string {
  const { gpuLayers, contextSize, threads, maxSequences, reproducible = false } = options
  return JSON.stringify([identity, gpuLayers, contextSize, threads, maxSequences, reproducible])
}

/**
 * The model, if its file is still the one it was taken for: what was read meanwhile may be of another.
 * @throws LlamaError model-unreadable
 */
async function asIdentified(
  model: ResidentModel,
  { path, identity }: { path: string; identity: string },
): Promise<ResidentModel> {
  if ((await identifyModel(path).catch(() => undefined)) === identity) return model
  await model.dispose()
  throw new LlamaError('model-unreadable', `${path} was changed or replaced while it was loaded.`, {
    hint: 'Try again when it is no longer written to.',
  })
}
