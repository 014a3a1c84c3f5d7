import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'

const held = new Set<string>()
const lookAgainMs = 100
/** A lock without a process in it is being written, or was left behind. */
const unfinishedMs = 10_000

/**
 * Runs `act` while no one else does for the same file, in this process or another on this machine: two downloads
 * must not write one file. A lock whose process is gone counts for nothing.
 */
export async function withFileLock<T>(
  path: string,
  signal: AbortSignal | undefined,
  act: () => Promise<T>,
): Promise<T> {
  const lock = `${path}.lock`
  while (!(await take(lock))) {
    await setTimeout(lookAgainMs, undefined, signal === undefined ? {} : { signal })
  }
  try {
    return await act()
  } finally {
    await rm(lock, { force: true })
    held.delete(lock)
  }
}

async function take(lock: string): Promise<boolean> {
  if (held.has(lock)) return false
  held.add(lock)
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    held.delete(lock)
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    if (await isLeftBehind(lock)) await rm(lock, { force: true })
    return false
  }
}

async function isLeftBehind(lock: string): Promise<boolean> {
  const holder = Number(await readFile(lock, 'utf8').catch(() => ''))
  if (holder === 0 || Number.isNaN(holder)) return isOld(lock)
  // Our own number, but not held by us: a process of this number was here before.
  return holder === process.pid ? !held.has(lock) : !isAlive(holder)
}

async function isOld(lock: string): Promise<boolean> {
  const found = await stat(lock).catch(() => undefined)
  return found !== undefined && Date.now() - found.mtimeMs > unfinishedMs
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
