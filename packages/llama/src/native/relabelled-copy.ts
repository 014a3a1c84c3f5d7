import { constants } from 'node:fs'
import { copyFile, mkdtemp, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { renameArchitecture } from '@woolgather/gguf'

/** Files up to this size are copied; of larger ones a copy has to share their blocks. */
const mostCopied = 256 << 20

/** A copy of a model or an adapter that names another architecture; whoever has loaded it disposes it. */
export interface RelabelledCopy extends AsyncDisposable {
  path: string
}

/**
 * @param parts every file of it; only the first has what is changed, the others are linked to
 * @returns undefined where the file is large and its file system has no copies that share blocks
 * @throws the file system's error, GgufError
 */
export async function relabelledCopy(
  parts: readonly string[],
  architecture: string,
): Promise<RelabelledCopy | undefined> {
  const [first, ...others] = parts
  const isSmall = (await stat(first!)).size <= mostCopied
  const folder = await mkdtemp(
    isSmall ? path.join(tmpdir(), 'woolgather-') : path.join(path.dirname(first!), '.woolgather-'),
  )
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true })
  const inFolder = (file: string): string => path.join(folder, path.basename(file))
  try {
    await copyFile(first!, inFolder(first!), isSmall ? 0 : constants.COPYFILE_FICLONE_FORCE)
    await renameArchitecture(inFolder(first!), architecture)
    for (const other of others) await symlink(path.resolve(other), inFolder(other))
    return { path: inFolder(first!), [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    if (isSmall) throw error
    return undefined
  }
}
