import { stat } from 'node:fs/promises'
import { CliError } from './cli-error.ts'

/** A file that is read, and what it is to whoever reads the message. */
export interface ReadFile {
  file: string
  what: string
}

/**
 * Nothing that is read may be written over: whether by its name, by a link, or by letters of another case where the disk
 * does not tell them apart.
 * @throws CliError naming the file
 */
export async function checkNotRead(out: string, read: readonly ReadFile[]): Promise<void> {
  for (const { file, what } of read) {
    if (await isSameFile(out, file)) {
      throw new CliError([
        {
          code: 'write-failed',
          message: `--out “${out}” is ${what}${out === file ? '' : `, “${file}”`}.`,
          hint: 'Give --out another name.',
        },
      ])
    }
  }
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all(
    [one, other].map((file) => stat(file, { bigint: true }).catch(() => undefined)),
  )
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino
}
