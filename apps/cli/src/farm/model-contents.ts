import path from 'node:path'
import type { Catalogue } from '@woolgather/fabric'
import { hashFile, openHashMemory, openModels } from '@woolgather/files'
import { identifyModel, namedParts } from '@woolgather/gguf'

export interface ModelContentsOptions {
  /** The only folders whose files are offered. */
  folders: readonly string[]
  data: string
  signal: AbortSignal
}

/**
 * The model files of these folders, and hashes of what they hold. Each is hashed once, and known
 * from then on; one that is being written is left out until it is done.
 */
export function readModelContents({ folders, data, signal }: ModelContentsOptions): () => Promise<Catalogue> {
  const models = openModels({ folders, data })
  const hashes = openHashMemory(path.join(data, 'model-hashes.json'))

  const hashPart = async (part: string): Promise<string> => {
    const identity = await identifyModel(part)
    const known = await hashes.get(part, identity)
    if (known !== undefined) return known
    const sha256 = await hashFile(part, signal)
    if ((await identifyModel(part)) !== identity) throw new Error(`${part} is being written`)
    await hashes.set(part, identity, sha256)
    return sha256
  }
  const contentOf = async (file: string): Promise<string> => {
    const parts = namedParts(await models.find(file))
    const all: string[] = []
    for (const part of parts) all.push(await hashPart(part))
    return all.join(' ')
  }

  return async () => {
    const { files } = await models.list()
    const catalogue: Catalogue = []
    for (const model of files) {
      if (model.source !== 'folder') continue
      const content = await contentOf(model.file).catch(() => undefined)
      if (content !== undefined) catalogue.push({ content, model })
    }
    return catalogue
  }
}
