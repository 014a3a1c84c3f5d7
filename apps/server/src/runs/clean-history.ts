import { setImmediate as turn } from 'node:timers/promises'
import { artifactBytes, removeArtifact } from '@woolgather/engine'
import type { Keep } from '@woolgather/supervisor'
import type { RunService } from './run-service.ts'
import type { RunStore } from './run-store.ts'

/** Forgets runs that have ended, and outputs that no run has any more. */
export interface HistoryCleaner {
  /** False where there is no such run, or it goes on. */
  remove(run: string): Promise<boolean>
  /** Forgets what is beyond that. @returns how many runs it forgot */
  clean(keep: Keep): Promise<number>
  stop(): void
}

export interface CleanHistoryOptions {
  runs: Pick<RunService, 'remove'>
  store: Pick<RunStore, 'ended' | 'used' | 'orphans' | 'settleOrphan' | 'firstStart' | 'bytes'>
  artifactsFolder: string
  /** Looked at every few minutes; absent: every run is kept. */
  keep?: Keep | undefined
  onFailure: (thrown: unknown) => void
}

/** Milliseconds between two looks. */
const interval = 300_000

/** Runs forgotten between two looks at how much there is. */
const batch = 20

/**
 * Milliseconds before the first run that goes on was begun within which what was written may be its: an output is written
 * before it is told, and what was there already is only touched now and then.
 */
const margin = 120_000

export function cleanHistory({
  runs,
  store,
  artifactsFolder,
  keep,
  onFailure,
}: CleanHistoryOptions): HistoryCleaner {
  let stopped = false

  /** Those that somebody may be about to need stay noted, also over a restart. */
  const sweep = async (): Promise<void> => {
    for (const artifact of store.orphans()) {
      if (stopped) return
      const first = store.firstStart()
      const settled =
        // Of a run that was stored since.
        store.used([artifact]).has(artifact) ||
        (await removeArtifact(artifactsFolder, artifact, first && first - margin))
      if (settled && !stopped) store.settleOrphan(artifact)
    }
  }

  const isTooMuch = async ({ bytes }: Keep): Promise<boolean> =>
    bytes !== undefined && store.bytes() + (await artifactBytes(artifactsFolder)) > bytes

  /** The next ones to go, the oldest first. */
  const beyond = async (limit: Keep): Promise<string[]> => {
    const old = limit.age === undefined ? [] : store.ended(Date.now() - limit.age, batch)
    if (old.length > 0) return old
    return (await isTooMuch(limit)) ? store.ended(Number.MAX_SAFE_INTEGER, batch) : []
  }

  const clean = async (limit: Keep): Promise<number> => {
    let count = 0
    for (let next = await beyond(limit); next.length > 0 && !stopped; next = await beyond(limit)) {
      const forgotten = next.filter((run) => runs.remove(run)).length
      count += forgotten
      await sweep()
      // What cannot be forgotten would come again for ever.
      if (forgotten === 0) break
      await turn()
    }
    await sweep()
    return count
  }

  const look = (): void => void (keep ? clean(keep) : sweep()).catch(onFailure)
  const timer = setInterval(look, interval).unref()
  look()

  return {
    async remove(run) {
      if (!runs.remove(run)) return false
      await sweep()
      return true
    },
    clean,
    stop() {
      stopped = true
      clearInterval(timer)
    },
  }
}
