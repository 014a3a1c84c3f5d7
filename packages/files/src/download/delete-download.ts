import { rm } from 'node:fs/promises'
import { namedParts } from '@woolgather/gguf'
import { WoolgatherError } from '@woolgather/workflow'
import { originOf, recordSuffix } from './download-record.ts'
import { withFileLock } from './lock-file.ts'

/**
 * Deletes what this program downloaded, all its parts; what it did not, or what was changed since, is not its to delete.
 * @param file absolute path of the file, or of the first part
 * @throws WoolgatherError file-exists where it is no download
 */
export async function deleteDownload(file: string, name: string): Promise<void> {
  await withFileLock(file, undefined, async () => {
    if ((await originOf(file)) === undefined) {
      throw new WoolgatherError('file-exists', `“${name}” was not downloaded by Woolgather: it stays.`, {
        hint: 'Delete the file itself where it lies, if it is yours to delete.',
      })
    }
    for (const part of namedParts(file)) {
      await rm(part, { force: true })
      await rm(`${part}${recordSuffix}`, { force: true })
    }
  })
}
