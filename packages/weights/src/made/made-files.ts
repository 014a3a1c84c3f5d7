import { WoolgatherError } from '@woolgather/workflow'
import { randomUUID } from 'node:crypto'
import {
  access,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  utimes,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import { isRunning } from './is-running.ts'
import type { Sharing } from './sharing.ts'

export interface WorkOptions {
  signal: AbortSignal
  onProgress: (done: number, total: number, unit: string) => void
}

export interface HoldOptions extends WorkOptions {
  /** Bytes that it may have, where that is known before it is made. */
  about?: number
}

/** A file in use: it stays until it is released. */
export interface HeldFile {
  path: string
  /** What in it is otherwise than was asked, as sentences. */
  notes: Notes
  release(): void
}

export type Notes = readonly string[]

/** Makes a file at a path; what it returns is kept with it. */
export type Make = (target: string, options: WorkOptions) => Promise<Notes>

/** Files named by what made them of what: each is made once, and kept as long as there is room. */
export interface MadeFiles extends AsyncDisposable {
  /** Tells the code that makes them from any other, whose files are not taken for its own; absent: any is taken. */
  readonly code: string | undefined
  /** Whether other machines are asked for what is not here, which must be named alike there. */
  readonly isShared: boolean
  /**
   * The file of this name. Whoever asks for it while it is made waits for it; making ends when nobody waits any more.
   */
  hold(name: string, options: HoldOptions, make: Make): Promise<HeldFile>
  has(name: string): Promise<boolean>
  /** As a held file has them; none where it is not there. */
  notesOf(name: string): Promise<Notes>
  /**
   * Drops what was not used for longest, so that this many more bytes are within the budget. What is in use stays.
   * @throws WoolgatherError disk-full
   */
  makeRoom(bytes: number): Promise<void>
  /**
   * Notes that a file is about to be written elsewhere, so that what a kill leaves of it is removed.
   * @returns to be called when it is complete or given up
   */
  announce(target: string): Promise<() => Promise<void>>
}

interface Entry {
  holders: number
  making?: Making | undefined
}

interface Making {
  done: Promise<void>
  abandon: AbortController
  waiting: Set<WorkOptions['onProgress']>
}

/** Milliseconds between two marks that a file was used: enough to know which was not for longest. */
const markEvery = 60_000

/** Left free on a disk, so that making a file never fills it. */
const spareBytes = 134_217_728

export function openMadeFiles(
  folder: string,
  budgetBytes: number,
  { code, sharing }: { code?: string | undefined; sharing?: Sharing | undefined } = {},
): MadeFiles {
  const entries = new Map<string, Entry>()
  const marks = new Map<string, { at: number; made: Promise<boolean> }>()
  const own = path.join(folder, `making-${process.pid}`)
  let prepared: Promise<void> | undefined
  const prepare = (): Promise<void> => {
    prepared ??= clearLeftOvers(folder).then(() => makeFolder(own))
    prepared.catch(() => (prepared = undefined))
    return prepared
  }

  const release = (name: string, entry: Entry): void => {
    entry.holders--
    if (entry.holders === 0 && entry.making === undefined) entries.delete(name)
  }

  const makeRoom: MadeFiles['makeRoom'] = async (bytes) => {
    await prepare()
    const files = await listFiles(folder)
    let total = files.reduce((sum, { size }) => sum + size, 0) + bytes
    for (const { name, size } of files) {
      if (total <= budgetBytes) break
      if (entries.has(name)) continue
      marks.delete(name)
      await rm(path.join(folder, name), { force: true })
      await rm(notesFile(path.join(folder, name)), { force: true })
      total -= size
    }
    await checkDisk(folder, bytes)
  }

  /** What another machine has made; undefined where it is to be made here. */
  const fetch = async (
    name: string,
    target: string,
    about: number,
    signal: AbortSignal,
  ): Promise<Notes | undefined> => {
    const found = await sharing?.claim(name, about, signal)
    if (found === undefined) return undefined
    await makeRoom(found.bytes)
    return (await sharing?.fetch(name, target)) ? found.notes : undefined
  }

  const start = (name: string, entry: Entry, make: Make, about: number): Making => {
    const abandon = new AbortController()
    const waiting: Making['waiting'] = new Set()
    const onProgress: WorkOptions['onProgress'] = (...told) => waiting.forEach((listen) => listen(...told))
    const work = async (): Promise<void> => {
      await prepare()
      const target = path.join(own, name)
      const file = path.join(folder, name)
      try {
        const fetched = await fetch(name, target, about, abandon.signal)
        const notes = fetched ?? (await make(target, { signal: abandon.signal, onProgress }))
        await keepNotes(notes, target, file)
        await touch(target)
        await rename(target, file)
        marks.set(name, { at: Date.now(), made: Promise.resolve(true) })
        // Whoever asked goes on meanwhile.
        if (fetched === undefined) void sharing?.keep(name, file, notes)
      } catch (error) {
        sharing?.giveUp(name)
        throw error
      } finally {
        await rm(target, { force: true })
      }
    }
    const done = work().finally(() => {
      entry.making = undefined
      if (entry.holders === 0) entries.delete(name)
    })
    // Whoever waits is told; nobody may be left to be.
    done.catch(() => {})
    return { done, abandon, waiting }
  }

  /**
   * Marks it as used where that is not known yet. A mark changes when the file was changed, which whoever loads it takes
   * for another file: so nobody is let in while one is made, and none is made soon after another, or where others hold it.
   */
  const isThere = async (name: string, { holders }: Entry): Promise<boolean> => {
    const file = path.join(folder, name)
    const mark = marks.get(name)
    if (mark !== undefined && (holders > 1 || Date.now() - mark.at < markEvery))
      return (await mark.made) && exists(file)
    const made = touch(file)
    marks.set(name, { at: Date.now(), made })
    if (await made) return true
    marks.delete(name)
    return false
  }

  const hold: MadeFiles['hold'] = async (name, options, make) => {
    options.signal.throwIfAborted()
    const entry = entries.get(name) ?? { holders: 0 }
    entries.set(name, entry)
    entry.holders++
    try {
      if (entry.making?.abandon.signal.aborted) await entry.making.done.catch(() => {})
      if (entry.making !== undefined || !(await isThere(name, entry))) {
        entry.making ??= start(name, entry, make, options.about ?? 0)
        await waitFor(entry.making, options)
      }
    } catch (error) {
      release(name, entry)
      throw error
    }
    let held = true
    return {
      path: path.join(folder, name),
      notes: await readNotes(path.join(folder, name)),
      release() {
        if (held) release(name, entry)
        held = false
      },
    }
  }

  return {
    code,
    isShared: sharing !== undefined,
    hold,
    has: (name) => exists(path.join(folder, name)),
    notesOf: (name) => readNotes(path.join(folder, name)),
    makeRoom,
    async announce(target) {
      await prepare()
      const note = path.join(own, `${randomUUID()}.pending`)
      await writeFile(note, target)
      return () => rm(note, { force: true })
    },
    async [Symbol.asyncDispose]() {
      await prepared?.catch(() => {})
      await rm(own, { recursive: true, force: true })
    },
  }
}

function notesFile(file: string): string {
  return `${file}.notes.json`
}

async function keepNotes(notes: Notes, madeAt: string, file: string): Promise<void> {
  if (notes.length === 0) return rm(notesFile(file), { force: true })
  await writeFile(notesFile(madeAt), JSON.stringify(notes))
  await rename(notesFile(madeAt), notesFile(file))
}

/** Nearly always there are none. */
async function readNotes(file: string): Promise<Notes> {
  const text = await readFile(notesFile(file), 'utf8').catch(() => '[]')
  return JSON.parse(text) as Notes
}

/** @throws WoolgatherError disk-full */
export async function checkDisk(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (free >= bytes + spareBytes) return
  throw new WoolgatherError(
    'disk-full',
    `This takes ${megabytes(bytes)}, and ${folder} has ${megabytes(free)} free.`,
    { hint: `${megabytes(spareBytes)} must stay free. Make room, or choose a smaller output type.` },
  )
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`
}

async function waitFor(making: Making, { signal, onProgress }: WorkOptions): Promise<void> {
  making.waiting.add(onProgress)
  let onAbort = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    await Promise.race([making.done, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
    making.waiting.delete(onProgress)
    if (signal.aborted && making.waiting.size === 0) {
      making.abandon.abort(signal.reason)
      await making.done.catch(() => {})
    }
  }
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

/** Whether a file is there; if so, it counts as used just now. When it was written stays, in whole seconds. */
async function touch(file: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(file)
    await utimes(file, Date.now() / 1000, Math.floor(mtimeMs / 1000))
    return true
  } catch {
    return false
  }
}

/** The one that was not used for longest comes first. */
async function listFiles(folder: string): Promise<{ name: string; size: number }[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.gguf'))
  const files = await Promise.all(
    names.map(async (name) => {
      const { size, atimeMs } = await stat(path.join(folder, name))
      return { name, size, atimeMs }
    }),
  )
  return files.toSorted((a, b) => a.atimeMs - b.atimeMs)
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
}

/** Removes what processes that are no more were writing. */
async function clearLeftOvers(folder: string): Promise<void> {
  await makeFolder(folder)
  for (const name of await readdir(folder)) {
    const [, pid] = /^making-(\d+)$/.exec(name) ?? []
    if (pid === undefined || (Number(pid) !== process.pid && isRunning(Number(pid)))) continue
    const left = path.join(folder, name)
    for (const note of (await readdir(left)).filter((file) => file.endsWith('.pending'))) {
      await removePartsOf(await readFile(path.join(left, note), 'utf8'))
    }
    await rm(left, { recursive: true, force: true })
  }
}

async function removePartsOf(target: string): Promise<void> {
  const { dir, base } = path.parse(target)
  const names = await readdir(dir).catch(() => [])
  const parts = names.filter((name) => name.startsWith(`${base}.`) && name.endsWith('.tmp'))
  await Promise.all(parts.map((name) => rm(path.join(dir, name), { force: true })))
}
