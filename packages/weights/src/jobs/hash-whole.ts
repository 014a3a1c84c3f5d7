import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'

export interface HashJob {
  kind: 'hash'
  file: string
}

const chunkBytes = 1_048_576

/** The sha256 of a file, read from beginning to end: seconds, so not on the main thread. @throws the file system's error */
export function hashWhole({ file }: HashJob): string {
  const descriptor = openSync(file, 'r')
  try {
    const hash = createHash('sha256')
    const chunk = Buffer.allocUnsafe(chunkBytes)
    for (;;) {
      const bytes = readSync(descriptor, chunk, 0, chunkBytes, null)
      if (bytes === 0) return hash.digest('hex')
      hash.update(chunk.subarray(0, bytes))
    }
  } finally {
    closeSync(descriptor)
  }
}
