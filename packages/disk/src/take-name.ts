import { link, open, rename, rm } from 'node:fs/promises'

/**
 * Gives a file a name that nothing has yet; nothing is ever replaced. On disks without hard links (exFAT, some in a network)
 * an empty file holds the name for a moment.
 * @param temporary in the same folder; whether it is still there afterwards is not said
 * @returns false where the name is taken
 */
export async function takeName(temporary: string, path: string, hardLink = link): Promise<boolean> {
  try {
    await hardLink(temporary, path)
    return true
  } catch (error) {
    if (isTaken(error)) return false
  }
  try {
    await (await open(path, 'wx')).close()
  } catch (error) {
    if (isTaken(error)) return false
    throw error
  }
  try {
    await rename(temporary, path)
    return true
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

function isTaken(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EEXIST'
}
