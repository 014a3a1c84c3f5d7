import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { artifactPath } from './artifact-store.ts'

/**
 * Deletes the file of an artifact that nobody refers to any more.
 * @param since milliseconds since the epoch; what was put after that stays, for it may be about to be referred to
 * @returns whether it is gone
 */
export async function removeArtifact(
  folder: string,
  artifact: string,
  since: number = Infinity,
): Promise<boolean> {
  const path = artifactPath(folder, artifact)
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return true
  if (found.mtimeMs > since) return false
  await rm(path, { force: true })
  return true
}

/** Bytes that all artifacts take. */
export async function artifactBytes(folder: string): Promise<number> {
  let bytes = 0
  for (const part of await readdir(folder).catch(() => [])) {
    for (const name of await readdir(join(folder, part)).catch(() => []))
      bytes += (await stat(join(folder, part, name)).catch(() => undefined))?.size ?? 0
  }
  return bytes
}
