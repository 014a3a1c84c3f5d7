import type { CachedOutputs, CellCache, CellInputs } from './cell-cache.ts'
import { LruMap } from './lru-map.ts'

export interface MemoryCacheOptions {
  /** Bytes of results kept, roughly; default 256 MiB. */
  maxBytes?: number
}

/** A cache that lasts as long as the process. */
export function createMemoryCache(options: MemoryCacheOptions = {}): CellCache {
  const maxBytes = options.maxBytes ?? 256 * 1_048_576
  const results = new LruMap<CachedOutputs>(maxBytes, sizeOf)
  const inputs = new LruMap<CellInputs>(maxBytes / 4, () => 300)
  return {
    get: (key) => results.get(key),
    set: (key, outputs) => results.set(key, outputs),
    lastInputs: (cell) => inputs.get(cell),
    rememberInputs: (cell, now) => inputs.set(cell, now),
    refresh: () => undefined,
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}

/** Bytes an entry takes, roughly: counted without writing it out. */
export function sizeOf(value: unknown): number {
  let bytes = 100
  const stack: unknown[] = [value]
  while (stack.length > 0) {
    const item = stack.pop()
    if (typeof item === 'string') bytes += 2 * item.length + 16
    else if (typeof item === 'object' && item !== null) {
      for (const [key, inner] of Object.entries(item)) {
        bytes += key.length + 16
        stack.push(inner)
      }
    } else bytes += 8
  }
  return bytes
}
