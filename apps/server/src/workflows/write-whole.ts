import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** Under another name first, so that a crash leaves the old file or the new one, never half of one. */
export async function writeWhole(folder: string, name: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const temporary = path.join(folder, `.${name}.${randomUUID()}.part`)
  try {
    await writeFile(temporary, text, { flag: 'wx' })
    await rename(temporary, path.join(folder, name))
  } finally {
    await rm(temporary, { force: true })
  }
}
