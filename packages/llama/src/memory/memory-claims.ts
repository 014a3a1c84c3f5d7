import type { MemoryNeed } from '../contract/interface.ts'

export interface Claim {
  /** The model is in memory. What it was given on the GPU is taken; main memory is touched bit by bit. */
  loaded(): void
  release(): void
}

/**
 * What models are to take of the memory and have not taken yet. A model claims its part before it begins to load, so
 * that the next one sees it gone; buffers that it fills only as it works stay claimed.
 */
export class MemoryClaims {
  readonly #claims = new Set<{ need: MemoryNeed; isLoaded: boolean }>()
  readonly #resident: () => number
  /** What the process takes without models. */
  #base = 0

  /** @param resident bytes that this process has in memory */
  constructor(resident: () => number = () => process.memoryUsage.rss()) {
    this.#resident = resident
  }

  /** Bytes that are free to the system, but not to another model. */
  outstanding(): MemoryNeed {
    let [ram, gpu] = [0, 0]
    for (const { need, isLoaded } of this.#claims) {
      ram += need.ram
      if (!isLoaded) gpu += need.gpu
    }
    const taken = Math.max(0, this.#resident() - this.#base)
    return { ram: Math.max(0, ram - taken), gpu }
  }

  claim(need: MemoryNeed): Claim {
    if (this.#claims.size === 0) this.#base = this.#resident()
    const claim = { need, isLoaded: false }
    this.#claims.add(claim)
    return {
      loaded: () => {
        claim.isLoaded = true
      },
      release: () => void this.#claims.delete(claim),
    }
  }
}
