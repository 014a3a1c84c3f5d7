import { randomBytes } from 'node:crypto'
import { closeSync, openSync, renameSync, rmSync } from 'node:fs'
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { writeAll, writeAllSync } from './write-all.ts'

/** What a file is to hold, or what writes it. */
export type WholeContent = string | Uint8Array | ((handle: FileHandle) => Promise<void>)

export interface WholeOptions {
  /** Default: it survives a power cut. False for what can be made again. */
  durable?: boolean
  /** Gives the finished file its name; default: in place of whatever is at `path`. */
  place?: (temporary: string) => Promise<unknown>
}

/**
 * Writes a file under another name beside its own and then gives it its name: whoever looks, and whatever happens,
 * finds the old file or the new one, never a part. On an error nothing of it is left. Permissions stay.
 * @param path its folder is there
 */
export async function writeWhole(
  path: string,
  content: WholeContent,
  { durable = true, place = (temporary) => rename(temporary, path) }: WholeOptions = {},
): Promise<void> {
  const temporary = nameBeside(path)
  const before = await stat(path).catch(() => undefined)
  const handle = await open(temporary, 'wx', before && before.mode & 0o777)
  try {
    try {
      if (typeof content === 'function') await content(handle)
      else await writeAll(handle, Buffer.from(content))
      if (durable) await handle.sync()
    } catch (error) {
      throw named(error, path)
    } finally {
      await handle.close()
    }
    await place(temporary)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** The same at once, for what can be made again: it does not wait for the disk. */
export function writeWholeSync(path: string, bytes: Uint8Array): void {
  const temporary = nameBeside(path)
  const file = openSync(temporary, 'wx')
  try {
    try {
      writeAllSync(file, bytes)
    } catch (error) {
      throw named(error, path)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** The system does not say which file it could not write to. */
function named(error: unknown, path: string): unknown {
  const { code, path: known } = (error ?? {}) as NodeJS.ErrnoException
  if (typeof code === 'string' && known === undefined) Object.assign(error as Error, { path })
  return error
}

/** Says what it belongs to, and is not too long where that name is as long as can be. */
function nameBeside(path: string): string {
  return join(dirname(path), `.${basename(path).slice(0, 50)}.${randomBytes(6).toString('hex')}.part`)
}
