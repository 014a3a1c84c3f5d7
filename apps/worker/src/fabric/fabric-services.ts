import path from 'node:path'
import type { NodeServices } from '@woolgather/nodes'
import type { WorkerFolders } from '@woolgather/protocol'
import { filesOfLora, filesOfModel, isModelAddress } from '@woolgather/workflow'
import { createFiles } from '../host/files.ts'
import type { OfferedModels } from './offered-models.ts'
import type { KnownWorkers } from './known-workers.ts'

/** A node asked for what only a worker has: it is run by one. */
export class Elsewhere extends Error {
  constructor() {
    super('This runs where the models are.')
  }
}

/**
 * What nodes are handed on a server whose models are elsewhere. Files of workflows are read and written here; of models it
 * is known which there are and what they hold. Whatever needs more throws `Elsewhere`.
 */
export function createFabricServices({
  workers,
  offered,
  folders,
}: {
  workers: KnownWorkers
  offered: Pick<OfferedModels, 'downloadedFrom'>
  folders: WorkerFolders
}): NodeServices {
  const contentsOf = (files: readonly string[]): Promise<string[]> =>
    Promise.all([...files].sort().map((file) => workers.contentOf(file)))
  const elsewhere = (): Promise<never> => Promise.reject(new Elsewhere())
  return {
    models: {
      list: elsewhere,
      async locate(file, { sha256 }) {
        if (isModelAddress(file)) return offered.downloadedFrom(file, sha256) ?? elsewhere()
        await workers.contentOf(file)
        return file
      },
      async locateLora(name, { sha256 }) {
        const file = isModelAddress(name) ? offered.downloadedFrom(name, sha256) : name
        return file === undefined || workers.knownContentOf(file) === undefined ? elsewhere() : { file }
      },
      locateCheckpoint: elsewhere,
      fingerprint: (recipe) => contentsOf(filesOfModel(recipe)),
      use: elsewhere,
      useAll: elsewhere,
      readVector: elsewhere,
      writeVector: elsewhere,
    },
    weights: new Proxy({} as NodeServices['weights'], {
      get: (_, name) =>
        name === 'fingerprintLora'
          ? (source: Parameters<typeof filesOfLora>[0]) => contentsOf(filesOfLora(source))
          : elsewhere,
    }),
    training: { train: elsewhere },
    files: createFiles(folders.output, [path.join(folders.data, 'inputs'), folders.output]),
  }
}
