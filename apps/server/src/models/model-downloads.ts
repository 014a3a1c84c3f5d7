import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { downloadModel, FileExists, parseModelUri } from '@woolgather/files'
import type { FetchModelRequest, ModelDownload } from '@woolgather/protocol'
import { isModelAddress, WoolgatherError, type RunError } from '@woolgather/workflow'

/** Fetched at once; more would only share the line. The others wait. */
const maxRunning = 2
/** That wait or run; more is a program gone wild. */
const maxPending = 100
/** Ended ones that are still listed. */
const remembered = 100
/** Milliseconds between two reports of one download. */
const reportEvery = 250

/** Fetches models into the first models folder. */
export interface ModelDownloads {
  /**
   * Begins, or tells of the one that fetches the same already.
   * @throws WoolgatherError download-failed where the source is no address of a model
   */
  start(request: FetchModelRequest): ModelDownload
  list(): ModelDownload[]
  /** False where there is no such download. What was fetched is kept, and the next goes on from there. */
  cancel(id: string): boolean
  close(): Promise<void>
}

export interface ModelDownloadsOptions {
  folder: string
  onProgress: (download: ModelDownload) => void
}

interface Entry {
  state: ModelDownload
  request: FetchModelRequest
  cancel: AbortController
  done: Promise<void>
  told: number
}

export function createModelDownloads({ folder, onProgress }: ModelDownloadsOptions): ModelDownloads {
  const entries = new Map<string, Entry>()
  /** Woken whenever one has ended, to look whether it is their turn. */
  const waiting = new Set<() => void>()
  let running = 0

  const tell = (entry: Entry, change: Partial<ModelDownload>, now = true): void => {
    entry.state = { ...entry.state, ...change }
    if (!now && performance.now() - entry.told < reportEvery) return
    entry.told = performance.now()
    onProgress(entry.state)
  }

  const turn = async (signal: AbortSignal): Promise<void> => {
    while (running >= maxRunning && !signal.aborted) {
      await new Promise<void>((resolve) => {
        waiting.add(resolve)
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    }
    running++
  }

  const work = async (entry: Entry): Promise<void> => {
    const { source, file, sha256, existing } = entry.request
    const { signal } = entry.cancel
    await turn(signal)
    try {
      const got = await downloadModel({
        uri: source,
        directory: folder,
        file,
        sha256,
        existing,
        signal,
        onProgress: ({ done, total }) => tell(entry, { done, ...(total !== undefined && { total }) }, false),
      })
      const name = path.relative(folder, got.path).replaceAll(path.sep, '/')
      tell(entry, { state: 'finished', file: name, done: got.bytes, total: got.bytes, sha256: got.sha256 })
    } catch (error) {
      if (signal.aborted) tell(entry, { state: 'cancelled' })
      else tell(entry, { state: 'failed', error: asRunError(error), ...conflictOf(error) })
    } finally {
      running--
      for (const wake of waiting) wake()
      waiting.clear()
      forget()
    }
  }

  const pending = (): Entry[] => [...entries.values()].filter(({ state }) => state.state === 'running')

  const forget = (): void => {
    const ended = [...entries.values()].filter(({ state }) => state.state !== 'running')
    for (const { state } of ended.slice(0, Math.max(0, ended.length - remembered))) entries.delete(state.id)
  }

  return {
    start({ file: named, ...asked }) {
      // What a workflow knows by its address goes where that says, as when it is run.
      const file = named === undefined || isModelAddress(named) ? undefined : named
      const request = { ...asked, file }
      parseModelUri(request.source)
      const same = pending().find(({ request: known }) =>
        (['source', 'file', 'existing', 'sha256'] as const).every((name) => known[name] === request[name]),
      )
      if (same) return same.state
      if (pending().length >= maxPending) {
        throw new WoolgatherError('download-failed', `${maxPending} models are being fetched already.`, {
          hint: 'Wait until some have ended, or cancel them.',
        })
      }
      const { source } = request
      const entry: Entry = {
        state: {
          id: randomUUID(),
          source,
          ...(named !== undefined && { asked: named }),
          ...(file !== undefined && { file }),
          state: 'running',
          done: 0,
        },
        request,
        cancel: new AbortController(),
        done: Promise.resolve(),
        told: 0,
      }
      entries.set(entry.state.id, entry)
      tell(entry, {})
      entry.done = work(entry)
      return entry.state
    },
    list: () => [...entries.values()].map(({ state }) => state),
    cancel(id) {
      const entry = entries.get(id)
      entry?.cancel.abort()
      return entry !== undefined
    },
    async close() {
      for (const { cancel } of entries.values()) cancel.abort()
      await Promise.all([...entries.values()].map(({ done }) => done))
    },
  }
}

function asRunError(error: unknown): RunError {
  if (!(error instanceof WoolgatherError)) return { code: 'internal', message: String(error) }
  const { code, message, hint } = error
  return { code, message, ...(hint !== undefined && { hint }) }
}

function conflictOf(error: unknown): Pick<ModelDownload, 'conflict'> {
  if (!(error instanceof FileExists)) return {}
  const { file, beside } = error
  return { conflict: { file, ...(beside !== undefined && { beside }) } }
}
