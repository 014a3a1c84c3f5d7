import { mkdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { writeWhole } from '@woolgather/disk'
import { z } from 'zod'

/** Hashes of whole files, kept on disk, so that gigabytes are read once. Several processes may share one. */
export interface HashMemory {
  /** The sha256 of a file that is still the one it was, by its path and by what `identifyFile` says of it. */
  get(file: string, identity: string): Promise<string | undefined>
  /** Best effort: what cannot be written is hashed again another time. */
  set(file: string, identity: string, sha256: string): Promise<void>
}

const schema = z.record(
  z.string(),
  z.object({ stamp: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
)
type Remembered = z.infer<typeof schema>

/** @param memory absolute path; whatever is wrong with it, nothing is remembered */
export function openHashMemory(memory: string): HashMemory {
  let known: { stamp: string; hashes: Remembered } | undefined
  let lastWrite: Promise<unknown> = Promise.resolve()

  /** What is on disk, where another process may have written since. */
  const read = async (): Promise<Remembered> => {
    const stamp = await stampOf(memory)
    if (known?.stamp !== stamp) known = { stamp, hashes: await readHashes(memory) }
    return known.hashes
  }

  const write = async (file: string, stamp: string, sha256: string): Promise<void> => {
    const hashes = { ...(await read()), [file]: { stamp, sha256 } }
    await mkdir(path.dirname(memory), { recursive: true })
    await writeWhole(memory, `${JSON.stringify(hashes, null, 2)}\n`, { durable: false })
    known = { stamp: await stampOf(memory), hashes }
  }

  return {
    async get(file, identity) {
      const hashes = await read()
      const found = Object.hasOwn(hashes, file) ? hashes[file] : undefined
      return found?.stamp === identity ? found.sha256 : undefined
    },
    set(file, identity, sha256) {
      const turn = lastWrite.then(() => write(file, identity, sha256)).catch(() => undefined)
      lastWrite = turn
      return turn
    },
  }
}

async function stampOf(file: string): Promise<string> {
  const found = await stat(file, { bigint: true }).catch(() => undefined)
  return found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeNs}`
}

async function readHashes(file: string): Promise<Remembered> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return {}
  }
}
