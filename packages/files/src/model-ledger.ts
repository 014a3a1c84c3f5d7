import { stat } from 'node:fs/promises'
import { identifyFile } from '@woolgather/gguf'
import {
  kindOfModel,
  requiredModels,
  type Descriptions,
  type ModelKind,
  type RequiredModel,
  type Workflow,
} from '@woolgather/workflow'
import { hashFile, originOf } from './download/index.ts'
import type { FoundFile } from './found/model-source.ts'
import type { Models } from './found/open-models.ts'
import { openHashMemory } from './hash-memory.ts'

/** A model that a workflow needs and that is not here, or not the one it was made with. */
export interface MissingModel extends RequiredModel {
  problem: 'absent' | 'different'
  /** What it is used as; absent: a model. */
  kind?: ModelKind
  /** Names of files that are here and have the same contents; absent: none. */
  same?: string[]
  /** Others that are here and could stand in, those first that are called alike; of LoRAs and vectors those that fit. */
  instead?: string[]
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
  models: Models
  descriptions: Descriptions
  /** Remembers hashes, so that gigabytes are read once. Absolute path. */
  memory: string
}

/** Files up to this are hashed at once: it takes less than a second. */
const smallBytes = 268_435_456

/** Names that are offered in place of one. */
const mostOffered = 50

interface LocalModel {
  path: string
  bytes: number
  identity: string
  /** As its place tells. */
  sha256?: string | undefined
}

export function createModelLedger({ models, descriptions, memory }: ModelLedgerOptions): ModelLedger {
  const hashes = openHashMemory(memory)
  const hashing = new Map<string, Promise<string>>()

  /** What loading finds under this name, and nothing else. */
  const find = async (file: string): Promise<LocalModel | undefined> => {
    const place = await models.locate(file).catch(() => undefined)
    return place && lookAt(place)
  }

  const lookAt = async ({ path: place, sha256 }: FoundFile): Promise<LocalModel | undefined> => {
    const found = await stat(place).catch(() => undefined)
    const identity = await identifyFile(place).catch(() => undefined)
    return found && identity !== undefined ? { path: place, bytes: found.size, identity, sha256 } : undefined
  }

  const knownHash = async ({ path: file, identity, sha256 }: LocalModel): Promise<string | undefined> =>
    sha256 ?? (await hashes.get(file, identity)) ?? (await originOf(file))?.sha256

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
      const missing: (RequiredModel & Pick<MissingModel, 'problem'>)[] = []
      const present: string[] = []
      for (const model of requiredModels(workflow, descriptions)) {
        const local = await find(model.file)
        if (local === undefined) missing.push({ ...model, problem: 'absent' })
        else if (await isOther(model, local)) missing.push({ ...model, problem: 'different' })
        else present.push(model.file)
      }
      if (missing.length === 0) return []
      const names = await models.names()
      const { files } = await models.list()
      return Promise.all(
        missing.map(async (model) => {
          const kind = kindOfModel(workflow, model.file, descriptions)
          const same = await sameAs(model, names)
          const instead = standIns(model.file, kind, files, present).filter((name) => !same.includes(name))
          return {
            ...model,
            ...(kind !== 'model' && { kind }),
            ...(same.length > 0 && { same }),
            ...(instead.length > 0 && { instead: instead.slice(0, mostOffered) }),
          }
        }),
      )
    },
  }

  /** Names of files with the contents of one, as far as their hashes are known or soon told. */
  async function sameAs(
    { file, sha256, bytes }: RequiredModel,
    names: readonly FoundFile[],
  ): Promise<string[]> {
    if (sha256 === undefined) return []
    const same: string[] = []
    for (const found of names) {
      if (found.ref === file) continue
      const local = await lookAt(found)
      if (local === undefined || (bytes !== undefined && local.bytes !== bytes)) continue
      // Of unknown size only what is known is compared: else everything would be read.
      const hash = bytes === undefined ? await knownHash(local) : await hashOf(local, false)
      if (hash === sha256) same.push(found.ref)
    }
    return same
  }

  /** Without reading a large file: by size, and by hash where that is known or soon told. */
  async function isOther(model: RequiredModel, local: LocalModel): Promise<boolean> {
    if (model.bytes !== undefined && model.bytes !== local.bytes) return true
    if (model.sha256 === undefined) return false
    const sha256 = await hashOf(local, false)
    return sha256 !== undefined && sha256 !== model.sha256
  }
}

/** Files of the kind, by how alike their names are; LoRAs and vectors only where they fit a model that is used. */
export function standIns(
  file: string,
  kind: ModelKind,
  files: readonly { file: string; kind: ModelKind; goesWith?: readonly string[] | undefined }[],
  used: readonly string[],
): string[] {
  const models = used.filter((name) => files.some((one) => one.file === name && one.kind === 'model'))
  return files
    .filter((one) => one.kind === kind && one.file !== file)
    .filter(
      ({ goesWith }) => !goesWith || models.length === 0 || goesWith.some((name) => models.includes(name)),
    )
    .map((one) => ({ name: one.file, score: sharedWords(file, one.file) }))
    .toSorted((a, b) => b.score - a.score)
    .map(({ name }) => name)
}

function sharedWords(name: string, other: string): number {
  const words = new Set(wordsOf(name))
  return wordsOf(other).filter((word) => words.has(word)).length
}

function wordsOf(name: string): string[] {
  return name.toLowerCase().split(/[^a-z0-9]+/)
}
