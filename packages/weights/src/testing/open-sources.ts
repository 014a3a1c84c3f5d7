import { openHashMemory } from '@woolgather/files'
import path from 'node:path'
import { createContents } from '../sources/contents.ts'
import { hashWhole } from '../jobs/hash-whole.ts'
import { createSourceFiles, type SourceFiles } from '../sources/source-files.ts'

/** The files of one folder, as the worker sees those of the models folders. */
export function openSources(folder: string): SourceFiles {
  const contents = createContents({
    hashes: openHashMemory(path.join(folder, 'hashes.json')),
    hash: (file) => Promise.resolve().then(() => hashWhole({ kind: 'hash', file })),
  })
  return createSourceFiles((file) => Promise.resolve(path.join(folder, file)), contents)
}
