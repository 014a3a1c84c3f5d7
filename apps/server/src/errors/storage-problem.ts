import path from 'node:path'
import { diskFull, isDiskFull, WoolgatherError } from '@woolgather/workflow'

/** What SQLite says of a file that is not, or not any more, what it wrote. */
const damaged: ReadonlySet<string> = new Set(['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_FORMAT'])

/** What the system says of a file or folder that cannot be written. */
const unwritable: ReadonlySet<string> = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'EIO',
  'ENOTDIR',
  'EISDIR',
  'EEXIST',
  'ENAMETOOLONG',
  'EMFILE',
  'ENFILE',
])

/**
 * What it means for people that a file of the data folder could not be read or written; undefined for errors that say
 * something else.
 * @param file the one of the database, or where the error names none
 */
export function storageProblem(thrown: unknown, file: string): WoolgatherError | undefined {
  if (thrown instanceof WoolgatherError) return undefined
  const { code, path: named, message } = thrown as NodeJS.ErrnoException
  if (typeof code !== 'string') return undefined
  const options = { cause: thrown }
  if (isDiskFull(thrown)) return diskFull(path.dirname(named ?? file), options)
  if ([...damaged].some((kind) => code.startsWith(kind))) {
    return new WoolgatherError('data-damaged', `The history in “${file}” is damaged: ${message}.`, {
      ...options,
      hint: 'Stop the server, move that file away and start again, or get out of it what can be read: sqlite3 FILE .recover. Saved workflows are not in it.',
    })
  }
  if (!code.startsWith('SQLITE_') && !unwritable.has(code)) return undefined
  return cannotOpen(named ?? file, thrown)
}

export function cannotOpen(file: string, cause: unknown): WoolgatherError {
  return new WoolgatherError('write-failed', `“${file}” cannot be used: ${(cause as Error).message}.`, {
    cause,
    hint: 'See to it that it is there and may be written, or choose another folder with --data.',
  })
}
