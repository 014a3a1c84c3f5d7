import { writeSync } from 'node:fs'

/** What takes bytes, and says how many of them it took: a `FileHandle`. */
export interface ByteSink {
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ bytesWritten: number }>
}

/**
 * Writes all bytes. A single write may take fewer and says so in a number only: the last one that a disk has room for
 * ends in the middle, and not it but the next one fails.
 * @param position in the file, in bytes; absent: where the handle stands
 * @throws the system's error; how many bytes were written by then is not known
 */
export async function writeAll(sink: ByteSink, bytes: Uint8Array, position?: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const at = position === undefined ? null : position + done
    const { bytesWritten } = await sink.write(bytes, done, bytes.length - done, at)
    done += some(bytesWritten)
  }
}

/** The same for an open file of `node:fs`. */
export function writeAllSync(file: number, bytes: Uint8Array, position?: number): void {
  for (let done = 0; done < bytes.length;) {
    const at = position === undefined ? null : position + done
    done += some(writeSync(file, bytes, done, bytes.length - done, at))
  }
}

/** Trying again what takes nothing would go on for ever. */
function some(bytesWritten: number): number {
  if (bytesWritten > 0) return bytesWritten
  throw Object.assign(new Error('nothing more can be written, and the system does not say why'), {
    code: 'EIO',
  })
}
