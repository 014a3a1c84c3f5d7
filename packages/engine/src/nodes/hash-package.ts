import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { WoolgatherError } from '@woolgather/workflow'

const mostFiles = 5_000
/** Larger files (data, weights) count by their size and time instead of their contents. */
const readWholeBytes = 4_194_304

/**
 * A hash over the names and contents of a package's files, or of a module that is one file. `node_modules` and hidden
 * files do not count: what is installed there is named in package.json and its lock file, which do.
 * @throws WoolgatherError invalid-node where there are more than 5,000 files
 */
export async function hashPackage(path: string): Promise<string> {
  const hash = createHash('sha256')
  const names = (await stat(path)).isFile() ? [''] : await filesBelow(path)
  for (const name of names) hash.update(`${name}\0${await hashFile(join(path, name))}\0`)
  return hash.digest('hex')
}

async function filesBelow(root: string): Promise<string[]> {
  const files: string[] = []
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) folders.push(name)
      else files.push(name)
    }
    if (files.length > mostFiles) {
      throw new WoolgatherError(
        'invalid-node',
        `it has more than ${mostFiles} files; give the nodes a folder of their own`,
      )
    }
  }
  return files.sort()
}

/** Links to folders and whatever else is no file count by name alone. */
async function hashFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() !== true) return 'none'
  if (found.size > readWholeBytes) return `${found.size} ${found.mtimeMs}`
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}
