import { GgufError } from '@woolgather/gguf'
import { MergeError } from '@woolgather/merge'
import { WoolgatherError } from '@woolgather/workflow'

/** What the file system says of a file that cannot be written. */
const writeErrors: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'EIO'])

/** Errors of arithmetic and files as people read them; others as they are. */
export function asWoolgatherError(error: unknown, tellUnreadable: (reason: string) => string): unknown {
  if (writeErrors.has((error as { code?: unknown }).code)) {
    return new WoolgatherError(
      'write-failed',
      `The file could not be written: ${(error as Error).message}.`,
      {
        hint: 'Make room on the disk, or check that its folder can be written to; then run again.',
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
