import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'

const blockBytes = 262_144
const blocks = 64
/** Metadata and tensor table of any GGUF with a small vocabulary; of larger ones their beginning. */
const headBytes = 4_194_304

/** Fingerprints by path, with what must be the same for one to be believed. */
const remembered = new Map<string, { stamp: string; fingerprint: Promise<string> }>()

/**
 * What a large file contains, from a part of it: sha256 of its size, its beginning, and 64 blocks spread evenly to its
 * end. A file up to 16 MiB is read whole. Renaming or touching a file changes nothing; rewriting one does.
 */
export async function fingerprintFile(path: string): Promise<string> {
  await using file = await openFile(path)
  const { ino, size, mtimeMs } = await file.handle.stat()
  const stamp = `${ino} ${size} ${mtimeMs}`
  const known = remembered.get(path)
  if (known?.stamp === stamp) return known.fingerprint
  const fingerprint = hashParts(file.handle, size)
  remembered.set(path, { stamp, fingerprint })
  fingerprint.catch(() => remembered.delete(path))
  return await fingerprint
}

async function openFile(path: string): Promise<AsyncDisposable & { handle: FileHandle }> {
  const handle = await open(path, 'r')
  return { handle, [Symbol.asyncDispose]: () => handle.close() }
}

async function hashParts(file: FileHandle, size: number): Promise<string> {
  const hash = createHash('sha256').update(`${size}\n`)
  const parts =
    size <= blockBytes * blocks
      ? [{ from: 0, length: size }]
      : [{ from: 0, length: headBytes }, ...Array.from({ length: blocks }, (_, i) => blockAt(i, size))]
  for (const { from, length } of parts) {
    const buffer = Buffer.alloc(length)
    const { bytesRead } = await file.read(buffer, 0, length, from)
    hash.update(buffer.subarray(0, bytesRead))
  }
  return hash.digest('hex')
}

/** The last block ends where the file does. */
function blockAt(index: number, size: number): { from: number; length: number } {
  return { from: Math.floor(((size - blockBytes) * index) / (blocks - 1)), length: blockBytes }
}
