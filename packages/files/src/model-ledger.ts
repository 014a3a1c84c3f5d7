import { stat } from 'node:fs/promises'
import { identifyFile } from '@woolgather/gguf'
import {
  isModelAddress,
  requiredModels,
  type Descriptions,
  type RequiredModel,
  type Workflow,
} from '@woolgather/workflow'
import { findDownload, hashFile, originOf } from './download/index.ts'
import { openHashMemory } from './hash-memory.ts'
import { locateModelFile } from './model-files.ts'

/** A model that a workflow needs and that is not here, or not the one it was made with. */
export interface MissingModel extends RequiredModel {
  problem: 'absent' | 'different'
}

/** Knows the model files that are here: writes down in a workflow which it needs, and finds which are missing. */
export interface ModelLedger {
  /**
   * The workflow with every model it uses in `requires`: sha256 and size of the file that is here, and where it was
   * downloaded from; of one that is not here, what the workflow says already.
   * @param options.patient hashes files however large; otherwise those whose hash is not known yet are hashed
   *   meanwhile, for the next time
   */
  fill(workflow: Workflow, options: { patient: boolean }): Promise<Workflow>
  /** Models the workflow uses that are not here, with where to get them as far as it says so. */
  missing(workflow: Workflow): Promise<MissingModel[]>
}

export interface ModelLedgerOptions {
  /** Searched in order; the first is where downloads go. */
  folders: readonly string[]
  descriptions: Descriptions
  /** Remembers hashes, so that gigabytes are read once. Absolute path. */
  memory: string
}

/** Files up to this are hashed at once: it takes less than a second. */
const smallBytes = 268_435_456

interface LocalModel {
  path: string
  bytes: number
  identity: string
}

export function createModelLedger({ folders, descriptions, memory }: ModelLedgerOptions): ModelLedger {
  const hashes = openHashMemory(memory)
  const hashing = new Map<string, Promise<string>>()

  /** What loading finds under this name, and nothing else. */
  const find = async (file: string): Promise<LocalModel | undefined> => {
    const search = isModelAddress(file)
      ? findDownload(folders[0] ?? '', file)
      : locateModelFile(folders, file)
    const place = await search.catch(() => undefined)
    if (place === undefined) return undefined
    const found = await stat(place).catch(() => undefined)
    const identity = await identifyFile(place).catch(() => undefined)
    return found && identity !== undefined ? { path: place, bytes: found.size, identity } : undefined
  }

  const knownHash = async ({ path: file, identity }: LocalModel): Promise<string | undefined> =>
    (await hashes.get(file, identity)) ?? (await originOf(file))?.sha256

  const hash = (model: LocalModel): Promise<string> => {
    const key = `${model.path} ${model.identity}`
    const running = hashing.get(key)
    if (running) return running
    const started = hashFile(model.path, undefined)
      .then(async (sha256) => {
        const isSame = (await identifyFile(model.path).catch(() => undefined)) === model.identity
        if (isSame) await hashes.set(model.path, model.identity, sha256)
        return sha256
      })
      .finally(() => hashing.delete(key))
    hashing.set(key, started)
    return started
  }

  const hashOf = async (model: LocalModel, patient: boolean): Promise<string | undefined> => {
    const known = await knownHash(model)
    if (known !== undefined) return known
    const started = hash(model)
    if (patient || model.bytes <= smallBytes) return started
    started.catch(() => {})
    return undefined
  }

  const describe = async (model: RequiredModel, patient: boolean): Promise<RequiredModel> => {
    const local = await find(model.file)
    if (local === undefined) return model
    const sha256 = await hashOf(local, patient)
    const source = (await originOf(local.path))?.uri ?? model.source
    // What was said of another size is not said of this file.
    const said = sha256 ?? (model.bytes === local.bytes ? model.sha256 : undefined)
    return {
      file: model.file,
      ...(said !== undefined && { sha256: said }),
      ...(source !== undefined && { source }),
      bytes: local.bytes,
    }
  }

  return {
    async fill(workflow, { patient }) {
      const needed = requiredModels(workflow, descriptions)
      const models = await Promise.all(needed.map((model) => describe(model, patient)))
      const { requires: _, ...rest } = workflow
      return models.length === 0 ? rest : { ...rest, requires: { models } }
    },
    async missing(workflow) {
      const missing: MissingModel[] = []
      for (const model of requiredModels(workflow, descriptions)) {
        const local = await find(model.file)
        if (local === undefined) missing.push({ ...model, problem: 'absent' })
        else if (await isOther(model, local)) missing.push({ ...model, problem: 'different' })
      }
      return missing
    },
  }

  /** Without reading a large file: by size, and by hash where that is known or soon told. */
  async function isOther(model: RequiredModel, local: LocalModel): Promise<boolean> {
    if (model.bytes !== undefined && model.bytes !== local.bytes) return true
    if (model.sha256 === undefined) return false
    const sha256 = await hashOf(local, false)
    return sha256 !== undefined && sha256 !== model.sha256
  }
}
