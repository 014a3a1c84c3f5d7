import type { Json } from '@woolgather/workflow'
import { sha256 } from '../values/content.ts'
import type { CachedOutputs, CellCache, CellInputs } from './cell-cache.ts'
import { LruMap } from './lru-map.ts'
import { sizeOf } from './memory-cache.ts'
import { SegmentFolder } from './segment-folder.ts'

export interface DiskCacheOptions {
  /** Bytes on disk; default 1 GiB. */
  maxBytes?: number
  /** Bytes of results also held in memory; default 64 MiB. */
  memoryBytes?: number
  /** Told of files that are damaged, and when the disk could not be written; the cache goes on without them. */
  onProblem?: (error: Error) => void
}

/** Results wait this long to be written together. A crash costs at most what waits. */
const writeDelayMs = 50
const writeBytes = 1_048_576

/**
 * A cache that outlasts the process and may be shared by several. Every record carries a checksum: a damaged one is a
 * miss, and never a wrong result.
 */
export function openDiskCache(folder: string, options: DiskCacheOptions = {}): CellCache {
  // Whatever is wrong with it: without a disk a cache lasts as long as the process.
  const disk = attempt(
    options,
    () =>
      new SegmentFolder(folder, options.maxBytes ?? 1_073_741_824, (path) =>
        options.onProblem?.(new Error(`${path} is damaged`)),
      ),
  )
  const results = new LruMap<CachedOutputs>(options.memoryBytes ?? 67_108_864, sizeOf)
  const inputs = new LruMap<CellInputs>((options.memoryBytes ?? 67_108_864) / 4, () => 300)
  let waiting: { key: string; payload: Buffer }[] = []
  let waitingBytes = 0
  let timer: NodeJS.Timeout | undefined

  const writeOut = (): void => {
    clearTimeout(timer)
    timer = undefined
    const records = waiting
    waiting = []
    waitingBytes = 0
    attempt(options, () => disk?.write(records))
  }
  const write = (key: string, value: unknown): void => {
    const payload = Buffer.from(JSON.stringify(value))
    waiting.push({ key, payload })
    waitingBytes += payload.length
    if (waitingBytes > writeBytes) writeOut()
    else timer ??= setTimeout(writeOut, writeDelayMs).unref()
  }
  return {
    get(key) {
      const known = results.get(key)
      if (known !== undefined) return known
      const read = readObject(attempt(options, () => disk?.read(key)))
      if (read !== undefined) results.set(key, read as CachedOutputs)
      return read as CachedOutputs | undefined
    },
    set(key, outputs) {
      results.set(key, outputs)
      // What is kept already may be another result of the same key, or one that could not be used.
      const before = attempt(options, () => disk?.read(key))
      if (before === undefined || !before.equals(Buffer.from(JSON.stringify(outputs)))) write(key, outputs)
    },
    lastInputs(cell) {
      return (
        inputs.get(cell) ??
        asCellInputs(readObject(attempt(options, () => disk?.read(sha256(`inputs\0${cell}`)))))
      )
    },
    rememberInputs(cell, now) {
      inputs.set(cell, now)
      write(sha256(`inputs\0${cell}`), now)
    },
    refresh() {
      attempt(options, () => disk?.refresh())
    },
    flush() {
      writeOut()
      return Promise.resolve()
    },
    close() {
      writeOut()
      disk?.close()
      return Promise.resolve()
    },
  }
}

function attempt<Result>(options: DiskCacheOptions, action: () => Result): Result | undefined {
  try {
    return action()
  } catch (error) {
    options.onProblem?.(error instanceof Error ? error : new Error(String(error)))
    return undefined
  }
}

function readObject(payload: Buffer | undefined): Readonly<Record<string, Json>> | undefined {
  if (payload === undefined) return undefined
  try {
    const value: unknown = JSON.parse(payload.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (freeze(value as Json) as Record<string, Json>)
      : undefined
  } catch {
    return undefined
  }
}

function asCellInputs(value: Readonly<Record<string, unknown>> | undefined): CellInputs | undefined {
  if (value === undefined) return undefined
  const { version, literals, links, fingerprint } = value
  const whole =
    typeof version === 'number' &&
    isObject(literals) &&
    isObject(links) &&
    Object.values(links).every((id) => typeof id === 'string') &&
    typeof fingerprint === 'string'
  return whole ? (value as unknown as CellInputs) : undefined
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What comes from disk is shared like everything else on a link, and may be changed by nobody. */
function freeze(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  for (const item of Object.values(value)) freeze(item)
  return Object.freeze(value) as Json
}
