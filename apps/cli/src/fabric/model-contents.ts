import path from 'node:path'
import { mostFiles, type Catalogue } from '@woolgather/fabric'
import { hashFile, openHashMemory, openModels, type ListedModel } from '@woolgather/files'
import { identifyModel, namedParts } from '@woolgather/gguf'

export interface ModelContentsOptions {
  /** The only folders whose files are offered. */
  folders: readonly string[]
  data: string
  signal: AbortSignal
  /** Says, for people, what is left out. */
  say: (text: string) => void
  /** Default: as many as others hear of. */
  most?: number
}

/** What is known of the files now: those whose hash is, and names of those that are still to be read. */
export interface KnownFiles {
  catalogue: Catalogue
  unread: string[]
}

export interface ModelContents {
  look(): Promise<KnownFiles>
  /** Reads one: then it is known, until it changes. @throws where it cannot be read, or is being written */
  read(file: string): Promise<void>
}

/** The model files of these folders, and hashes of what they hold. Each is read once, and known from then on. */
export function readModelContents(options: ModelContentsOptions): ModelContents {
  const { folders, data, signal, say, most = mostFiles } = options
  let told = 0
  const models = openModels({ folders, data })
  const hashes = openHashMemory(path.join(data, 'model-hashes.json'))

  const partsOf = async (file: string): Promise<string[]> => namedParts(await models.find(file))

  const knownContent = async (file: string): Promise<string | undefined> => {
    const all: string[] = []
    for (const part of await partsOf(file)) {
      const known = await hashes.get(part, await identifyModel(part))
      if (known === undefined) return undefined
      all.push(known)
    }
    return all.join(' ')
  }

  const hashPart = async (part: string): Promise<void> => {
    const identity = await identifyModel(part)
    if ((await hashes.get(part, identity)) !== undefined) return
    const sha256 = await hashFile(part, signal)
    if ((await identifyModel(part)) !== identity) throw new Error(`${part} is being written`)
    await hashes.set(part, identity, sha256)
  }

  return {
    async look() {
      const { files } = await models.list()
      const catalogue: Catalogue = []
      const unread: ListedModel[] = []
      const own = files.filter(({ source }) => source === 'folder')
      if (own.length > most && own.length !== told)
        say(`Of ${own.length} files in the folders of models only the first ${most} are offered.`)
      told = own.length
      for (const model of own.slice(0, most)) {
        const content = await knownContent(model.file).catch(() => undefined)
        if (content === undefined) unread.push(model)
        else catalogue.push({ content, model })
      }
      unread.sort((a, b) => a.bytes - b.bytes)
      return { catalogue, unread: unread.map(({ file }) => file) }
    },
    async read(file) {
      for (const part of await partsOf(file)) await hashPart(part)
    },
  }
}
