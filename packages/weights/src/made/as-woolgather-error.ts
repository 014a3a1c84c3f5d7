import { dirname } from 'node:path'
import { GgufError } from '@woolgather/gguf'
import { MergeError } from '@woolgather/merge'
import { diskFull, isDiskFull, WoolgatherError } from '@woolgather/workflow'

/** What the file system says of a file that cannot be written. */
const writeErrors: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS', 'EIO'])

/**
 * Errors of arithmetic and files as people read them; others as they are.
 * @param folder what is written to, where that is known
 */
export function asWoolgatherError(
  error: unknown,
  tellUnreadable: (reason: string) => string,
  folder?: string,
): unknown {
  if (isDiskFull(error)) return fullDisk(error, folder)
  if (writeErrors.has((error as { code?: unknown }).code)) {
    return new WoolgatherError(
      'write-failed',
      `The file could not be written: ${(error as Error).message}.`,
      {
        hint: 'Check that its folder can be written to, then run again.',
        cause: error,
      },
    )
  }
  if (!(error instanceof MergeError || error instanceof GgufError)) return error
  const options = { ...(error.hint !== undefined && { hint: error.hint }), cause: error }
  if (error instanceof GgufError) {
    return new WoolgatherError('model-unreadable', `${tellUnreadable(error.message)}.`, options)
  }
  const code = error.code === 'lora-mismatch' ? 'adapter-mismatch' : 'merge-impossible'
  return new WoolgatherError(code, `${error.message}.`, options)
}

/** Named by the folder, which what the system says may not. */
function fullDisk(cause: unknown, folder: string | undefined): unknown {
  const { path } = cause as NodeJS.ErrnoException
  const known = folder ?? (path === undefined ? undefined : dirname(path))
  return known === undefined ? cause : diskFull(known, { cause })
}
