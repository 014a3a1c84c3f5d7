import type { Native } from '@woolgather/ggml'
import { loadWeights, type LoadWeightsOptions } from './load-weights.ts'
import type { NativeModel } from './native-model.ts'

/** What tells weights in memory apart: the same file may be placed otherwise, or repacked. */
export interface WeightsKey {
  identity: string
  repack: boolean
}

interface Entry extends WeightsKey {
  gpuLayers: number
  model: NativeModel
  users: number
}

/** Weights in use, held until `release`, which is called once. */
export interface HeldWeights {
  model: NativeModel
  release(): Promise<void>
}

/**
 * Weights in memory, each once however many contexts are on them: a file that is used with two context sizes is read
 * once. Contexts only read them.
 */
export class SharedWeights {
  readonly #native: Native
  readonly #entries = new Set<Entry>()

  constructor(native: Native) {
    this.#native = native
  }

  /** Layers on the GPU of weights that are there, where they are placed as wanted; absent: anyhow. */
  placed({ identity, repack }: WeightsKey, gpuLayers: number | undefined): number | undefined {
    return [...this.#entries].find(
      (entry) =>
        entry.identity === identity &&
        entry.repack === repack &&
        (gpuLayers === undefined || gpuLayers === entry.gpuLayers),
    )?.gpuLayers
  }

  /** What is there already, or is loaded. @throws LlamaError, as `NativeModel.load` */
  async hold(key: WeightsKey, options: Omit<LoadWeightsOptions, 'repack'>): Promise<HeldWeights> {
    const { identity, repack } = key
    const { gpuLayers } = options
    let entry = [...this.#entries].find(
      (one) => one.identity === identity && one.repack === repack && one.gpuLayers === gpuLayers,
    )
    if (entry === undefined) {
      // Two that load the same at once both keep theirs: models are loaded one after another where it matters.
      const model = await loadWeights(this.#native, { ...options, repack })
      entry = { identity, repack, gpuLayers, model, users: 0 }
      this.#entries.add(entry)
    } else options.onProgress?.(1)
    const held = entry
    held.users++
    return {
      model: held.model,
      release: async () => {
        if (--held.users > 0) return
        this.#entries.delete(held)
        await held.model.dispose()
      },
    }
  }
}
