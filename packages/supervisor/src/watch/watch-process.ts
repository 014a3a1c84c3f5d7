import { Worker } from 'node:worker_threads'
import { takeParent } from './follow-parent.ts'
import { signsFd, type HeldCell } from './signs-of-life.ts'
import { cellBytes, createBoard, type WatchData, type WatchWord } from './watch-board.ts'

export interface WatchOptions {
  /** The process that started this one is gone: time to leave. */
  onOrphaned: () => void
  /** Milliseconds to do so, before this process is ended whatever it does. */
  grace: number
  /** Signs of life are written for the process that started this one. */
  signs?: boolean | undefined
}

export interface ProcessWatch {
  /** Resolves when it has begun, with the first sign of life. */
  readonly begun: Promise<void>
  /** A cell is handed to its node: if nothing else has its turn from now on, that is why. */
  began(cell: HeldCell): void
  ended(cell: HeldCell): void
}

/** Milliseconds between two beats of the main thread; the thread looks less often. */
const beatInterval = 250

/**
 * Looks after this process from a thread of its own, which goes on whatever the main thread does: ends the process
 * with the one that started it, and tells that one how it is. Does nothing in a process that stands for itself.
 */
export function watchProcess({ onOrphaned, grace, signs = false }: WatchOptions): ProcessWatch {
  const parent = takeParent()
  if (parent === undefined) return { begun: Promise.resolve(), began: () => {}, ended: () => {} }
  const board = createBoard()
  const data: WatchData = { parent, grace, buffer: board.buffer, ...(signs && { signsFd }) }
  const thread = new Worker(threadFile(), {
    workerData: data,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 32 },
  })
  const begun = new Promise<void>((resolve) => {
    thread.on('message', (word: WatchWord) => (word === 'orphaned' ? onOrphaned() : resolve()))
    thread.on('error', (error) => {
      // Without it the process is as it would be alone.
      console.error(`This process is not watched any more: ${error.message}`)
      resolve()
    })
  })
  thread.unref()
  setInterval(() => board.beat(), beatInterval).unref()

  let last = ''
  return {
    begun,
    began({ run, node, at }) {
      last = JSON.stringify({ run, node, at })
      board.write(last.length <= cellBytes ? last : '')
    },
    ended({ run, node, at }) {
      if (last === JSON.stringify({ run, node, at })) board.write((last = ''))
    },
  }
}

/** Threads run built files only, so tests on the sources use those that were built before. */
function threadFile(): URL {
  const onSources = import.meta.url.endsWith('.ts')
  if (onSources) return new URL('../../dist/watch/watch-thread.js', import.meta.url)
  return new URL('./watch-thread.js', import.meta.url)
}
