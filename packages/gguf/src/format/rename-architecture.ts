import { open, type FileHandle } from 'node:fs/promises'
import { GgufError } from './gguf-error.ts'
import { readHeaderOf, type GgufHeader } from './read-header.ts'

/** Of a value's type, which stands between its key and itself. */
const typeBytes = 4

/**
 * Names another architecture in the header of a file: `general.architecture`, and every key that begins with it. It is
 * done in place, key by key, so that nothing moves; both names have the same length.
 *
 * @throws GgufError, RangeError for a name of another length, the file system's error
 */
export async function renameArchitecture(path: string, name: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    const header = await readHeaderOf(file)
    const old = header.metadata.get('general.architecture')
    if (typeof old !== 'string') throw new GgufError('its header names no architecture')
    if (Buffer.byteLength(old) !== Buffer.byteLength(name))
      throw new RangeError(`“${name}” is not as long as “${old}”.`)
    for (const start of placesOf(header, old)) await writeAt(file, name, start)
  } finally {
    await file.close()
  }
}

/** Where the name stands: at the end of its own value, and at the beginning of keys. */
function placesOf({ places }: GgufHeader, name: string): number[] {
  return [...places].flatMap(([key, { start, end }]) => {
    if (key === 'general.architecture') return [end - Buffer.byteLength(name)]
    return key.startsWith(`${name}.`) ? [start - typeBytes - Buffer.byteLength(key)] : []
  })
}

async function writeAt(file: FileHandle, text: string, position: number): Promise<void> {
  const bytes = Buffer.from(text)
  const { bytesWritten } = await file.write(bytes, 0, bytes.length, position)
  if (bytesWritten !== bytes.length) throw new GgufError('its header could not be written')
}
