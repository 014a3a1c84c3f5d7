import type { ArtifactRef, Json, OutputValue } from '@woolgather/workflow'
import { isArtifactRef } from '@woolgather/workflow'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { describeError } from './describe-error.ts'

/** What is known of a long output. Artifacts are named by their content: one that was fetched never changes. */
export type Fetched = { text: string; json?: Json } | { error: string }

export interface ArtifactState {
  byHash: ReadonlyMap<string, Fetched>
  /** Fetches what is not there yet; settles when all of it has come or failed. */
  request: (references: Iterable<ArtifactRef>) => Promise<void>
}

export type ArtifactStore = StoreApi<ArtifactState>

/** Milliseconds over which arrivals are gathered, so that a grid of thousands is not drawn for each. */
const gatherTime = 30

/** Requests under way at once. */
const maximumRequests = 6

export function createArtifactStore(fetchText: (hash: string) => Promise<string>): ArtifactStore {
  return createStore<ArtifactState>()((set, get) => {
    const waiting = new Map<string, Promise<void>>()
    const queue: (() => void)[] = []
    let running = 0
    let arrived = new Map<string, Fetched>()
    let timer: Promise<void> | undefined

    const publish = (): Promise<void> => {
      timer ??= new Promise((resolve) => {
        setTimeout(() => {
          timer = undefined
          set({ byHash: new Map([...get().byHash, ...arrived]) })
          arrived = new Map()
          resolve()
        }, gatherTime)
      })
      return timer
    }
    const free = async (): Promise<void> => {
      if (running >= maximumRequests) await new Promise<void>((resolve) => queue.push(resolve))
      running++
    }
    const load = async ({ artifact, type }: ArtifactRef): Promise<void> => {
      await free()
      try {
        arrived.set(artifact, parse(await fetchText(artifact), type))
      } catch (error) {
        arrived.set(artifact, { error: describeError(error)[0] })
      }
      running--
      queue.shift()?.()
      await publish()
      waiting.delete(artifact)
    }
    return {
      byHash: new Map(),
      request: async (references) => {
        const all = [...references].flatMap((reference) => {
          const known = get().byHash.get(reference.artifact)
          if (known && 'text' in known) return []
          const under = waiting.get(reference.artifact) ?? load(reference)
          waiting.set(reference.artifact, under)
          return under
        })
        await Promise.all(all)
      },
    }
  })
}

function parse(text: string, type: string): Fetched {
  if (!type.startsWith('application/json')) return { text }
  try {
    return { text, json: JSON.parse(text) as Json }
  } catch {
    return { text }
  }
}

/** An output as JSON, fetched where it is long; undefined until it is there. */
export function readOutput({ byHash }: ArtifactState, value: OutputValue | undefined): Json | undefined {
  if (value === undefined || !isArtifactRef(value)) return value
  const fetched = byHash.get(value.artifact)
  return fetched && 'text' in fetched ? (fetched.json ?? fetched.text) : undefined
}
