import {
  type DownloadHosts,
  downloadFolder,
  downloadModel,
  findFolder,
  firstFolder,
  type FoundFolder,
  type Models as FoundModels,
  placeToSave,
} from '@woolgather/files'
import {
  readVectorFile,
  writeVectorFile,
  type LlamaRuntime,
  type SharedModels,
  type WantedModel,
} from '@woolgather/llama'
import {
  createConstraintCompiler,
  vectorUses,
  type LocateOptions,
  type Models,
  type ReadyModel,
} from '@woolgather/nodes'
import {
  adapterAddress,
  checkpointAddress,
  chooseAdapterFiles,
  chooseCheckpointFiles,
  findAdapterFolder,
  listCheckpoint,
  namesOf,
  StaleFile,
  untilAborted,
  whileStale,
  type BaseCheck,
  type LoraMaker,
  type ModelMaker,
  type SourceFiles,
  type Sources,
  type WorkOptions,
} from '@woolgather/weights'
import {
  filesOfLora,
  filesOfModel,
  isModelAddress,
  inFolder,
  loadKeyOf,
  loraOn,
  nameOfModel,
  peftFiles,
  weightsOf,
  WoolgatherError,
  type ModelRecipe,
} from '@woolgather/workflow'
import path from 'node:path'
import { shareWork } from './share-work.ts'

export interface ModelsOptions {
  folders: readonly string[]
  /** What is in them, and in the places of other programs. */
  found: FoundModels
  /** From where may be downloaded. */
  hosts: Pick<DownloadHosts, 'check'>
  files: SourceFiles
  weights: Pick<ModelMaker, 'hold' | 'notesOf'>
  loras: Pick<LoraMaker, 'pathOf'>
  bases: BaseCheck
  loaded: SharedModels
}

/** Turns recipes into loaded models, and knows what their files hold. */
export interface ModelHost extends Models {
  /** As `use` of several; tells what files the models and their LoRAs were of. */
  useNoting<Result>(
    note: (sources: Sources) => void,
    recipes: readonly ModelRecipe[],
    options: WorkOptions,
    work: (ready: ReadyModel[]) => Promise<Result>,
  ): Promise<Result>
  /** As `fingerprint`, by files that were looked at before. */
  fingerprintOf(
    sources: Sources,
    which: 'best' | 'early',
  ): Promise<{ contents: string[]; build: string; backend: string }>
}

/** A recipe, and the very model that is meant by it now. */
interface Resolved {
  recipe: ModelRecipe
  sources: Sources
  wanted: WantedModel
}

export function createModels(
  llama: LlamaRuntime,
  { folders, found, hosts, files, weights, loras, bases, loaded }: ModelsOptions,
): ModelHost {
  const downloads = new Map<string, Promise<string>>()
  const folderDownloads = new Map<string, Promise<FoundFolder>>()
  const compileConstraint = createConstraintCompiler()

  const resolve = async (recipe: ModelRecipe): Promise<Resolved> => {
    const source = weightsOf(recipe)
    const sources = await files.look(filesOfModel({ ...source, adapters: [] }))
    const identities = [...sources.values()].map(({ identity }) => identity)
    const { gpuLayers, contextSize, threads, reproducible } = recipe
    const key = loadKeyOf(recipe)
    const wanted: WantedModel = {
      key: JSON.stringify([key, identities]),
      recipe: key,
      name: nameOfModel(recipe),
      loadedAs: { gpuLayers, contextSize, threads, reproducible },
      check({ info }) {
        // What was made is named by what is in it, and never changes.
        if (source.kind === 'file' && info.identity !== identities[0])
          throw new StaleFile(nameOfModel(recipe))
      },
      async hold(options) {
        const held = await weights.hold(source, options)
        for (const [file, { identity }] of held.sources) {
          if (identity === sources.get(file)?.identity) continue
          held.release()
          throw new StaleFile(file)
        }
        return held
      },
    }
    return { recipe, sources, wanted }
  }

  /** Files of merges are made before anybody stands in line for memory: others are not kept waiting by that. */
  const makeFiles = async (wanted: readonly WantedModel[], options: WorkOptions): Promise<() => void> => {
    const missing = wanted.filter(({ key }) => !loaded.has(key))
    // What is let go of may be as large as what is made.
    if (missing.length > 0) await loaded.gone()
    const held = await Promise.allSettled(missing.map((one) => one.hold(options)))
    const release = (): void => held.forEach((one) => one.status === 'fulfilled' && one.value.release())
    const failed = held.find((one) => one.status === 'rejected')
    if (failed === undefined) return release
    release()
    throw failed.reason
  }

  const useResolved = async <Result>(
    resolved: readonly Resolved[],
    options: WorkOptions,
    work: (models: ReadyModel['model'][]) => Promise<Result>,
  ): Promise<Result> => {
    const wanted = resolved.map((one) => one.wanted)
    const release = await makeFiles(wanted, options)
    let isReady = false
    try {
      return await loaded.use(wanted, options, (models) => {
        isReady = true
        release()
        return work([...models])
      })
    } catch (error) {
      // What could not be loaded may have been replaced just then.
      if (!isReady && !options.signal.aborted) for (const { sources } of resolved) await files.check(sources)
      throw error
    } finally {
      release()
    }
  }

  const adaptersOf = (recipe: ModelRecipe, options: WorkOptions): Promise<ReadyModel['adapters']> =>
    Promise.all(
      recipe.adapters.map(async (use) => ({
        path: await loras.pathOf(loraOn(use, recipe), options),
        strength: use.strength,
      })),
    )

  const useNoting: ModelHost['useNoting'] = async (note, recipes, options, work) => {
    const adapterFiles = recipes.flatMap(({ adapters }) => adapters.flatMap(filesOfLora))
    const noteAdapters = async (): Promise<void> => note(await files.look(adapterFiles))
    await noteAdapters()
    const adapters = await Promise.all(recipes.map((recipe) => adaptersOf(recipe, options)))
    const notesOf = (recipe: ModelRecipe): Promise<readonly string[]> => weights.notesOf(weightsOf(recipe))
    let isReady = false
    const attempt = async (): ReturnType<typeof work> => {
      const resolved = await Promise.all(recipes.map(resolve))
      return await useResolved(resolved, options, async (models) => {
        isReady = true
        for (const { sources } of resolved) note(sources)
        const notes = await Promise.all(recipes.map(notesOf))
        const warnings = await Promise.all(recipes.map((recipe) => bases.warningsOf(recipe, options.signal)))
        const ready = models.map((model, index) => ({
          model,
          adapters: adapters[index] ?? [],
          vectors: vectorUses(recipes[index]!),
          notes: notes[index]!,
          warnings: warnings[index]!,
          constrain: (source: Parameters<ReadyModel['constrain']>[0]) =>
            compileConstraint(model, source, options.signal),
        }))
        return work(ready)
      })
    }
    try {
      return await whileStale(attempt, () => !isReady)
    } finally {
      if (adapterFiles.length > 0) await noteAdapters().catch(() => {})
    }
  }

  const host: ModelHost = {
    list: async () => (await found.list()).files.map(({ file, kind }) => ({ file, kind })),

    async locate(file, options) {
      if (!isModelAddress(file)) return files.find(file).then(() => file)
      const here = await locateHere(file, options)
      if (here !== undefined) return here
      return options.written ? download(file, options) : refuseAddress(file)
    },

    async locateLora(file, options) {
      if (isModelAddress(file)) {
        const address = adapterAddress(file)
        if (address === undefined) return { file: await host.locate(file, options) }
        if (options.sha256 === undefined && (await isElsewhere(address))) return { peft: address }
        return {
          peft: (await locateFolder(address, (names) => chooseAdapterFiles(address, names), options)).folder,
        }
      }
      const folder = await findAdapterFolder(file, await placeOf(file))
      return folder === undefined ? { file } : { peft: folder }
    },

    async locateCheckpoint(name, options) {
      if (!isModelAddress(name)) return listCheckpoint(name, await placeOf(name))
      const address = checkpointAddress(name)
      const choose = (names: readonly string[]): string[] => chooseCheckpointFiles(address, names)
      const directory = firstFolder(folders, 'download to')
      const fetched = await findFolder(directory, address, choose)
      const config = await found.locate(inFolder(address, 'config.json'))
      if (config !== undefined && fetched === undefined) {
        return listCheckpoint(address, path.dirname(config.path))
      }
      const { folder, files: names } = await locateFolder(address, choose, options)
      return { folder, files: [...names] }
    },

    fingerprint: async (recipe) => host.fingerprintOf(await files.look(filesOfModel(recipe)), 'best'),

    fingerprintOf: async (sources, which) => ({
      contents: await namesOf([...sources.values()], which),
      build: llama.info.build,
      backend: llama.info.backend,
    }),

    use: (recipe, options, work) =>
      useNoting(
        () => {},
        [recipe],
        options,
        ([ready]) => work(ready!),
      ),

    useAll: (recipes, options, work) => useNoting(() => {}, recipes, options, work),

    useNoting,

    readVector: async (file) => readVectorFile(await files.find(file)),

    async writeVector(file, vector, { overwrite, metadata }) {
      const folder = firstFolder(folders, 'save to')
      const target = await placeToSave(folder, file, overwrite)
      await writeVectorFile(target, vector, metadata)
      return path.relative(folder, target).replaceAll(path.sep, '/')
    },
  }
  return host

  /** What an address names and another program, or this one, downloaded before; what must be checked is downloaded. */
  async function locateHere(
    uri: string,
    { written, sha256, signal }: LocateOptions,
  ): Promise<string | undefined> {
    const here = await found.locate(uri)
    if (here === undefined) return undefined
    const directory = firstFolder(folders, 'download to')
    const below = path.relative(directory, here.path).replaceAll(path.sep, '/')
    const isDownload = !below.startsWith('../') && !path.isAbsolute(below)
    if (!isDownload) return sha256 === undefined || (await hashOf(uri, signal)) === sha256 ? uri : undefined
    // Where it says so itself, the download checks whether it is the right one.
    return written ? undefined : below
  }

  async function hashOf(file: string, signal: AbortSignal): Promise<string | undefined> {
    const content = (await files.look([file])).get(file)
    if (content) await untilAborted(content.settled, signal)
    return content?.final()
  }

  function refuseAddress(uri: string): never {
    throw notWritten(uri)
  }

  /** The folder that an address names, fetched first. */
  async function locateFolder(
    uri: string,
    choose: (names: readonly string[]) => readonly string[],
    { written, sha256, signal, onProgress }: LocateOptions,
  ): Promise<FoundFolder> {
    const directory = firstFolder(folders, 'download to')
    const fetched = await findFolder(directory, uri, choose)
    if (fetched !== undefined) return fetched
    if (!written) throw notWritten(uri)
    return shareWork(folderDownloads, `${uri} ${sha256 ?? ''}`, signal, () => {
      const input = { uri, directory, choose, ...(sha256 !== undefined && { sha256 }), signal }
      return downloadFolder({
        ...input,
        onProgress: ({ done, total = 0 }) => onProgress(done, total),
      })
    })
  }

  /** Where a file or folder lies. @throws as `files.find` */
  async function placeOf(name: string): Promise<string> {
    return (await found.locate(name))?.path ?? files.find(name)
  }

  /** Whether another program keeps the adapter that an address names. */
  async function isElsewhere(uri: string): Promise<boolean> {
    const kept = await Promise.all(peftFiles.map((file) => found.locate(inFolder(uri, file))))
    return kept.every((file) => file !== undefined)
  }

  async function download(uri: string, { sha256, signal, onProgress }: LocateOptions): Promise<string> {
    hosts.check(uri)
    const directory = firstFolder(folders, 'download to')
    return shareWork(downloads, `${uri} ${sha256 ?? ''}`, signal, async () => {
      const result = await downloadModel({
        uri,
        directory,
        ...(sha256 !== undefined && { sha256 }),
        signal,
        onProgress: ({ done, total = 0 }) => onProgress(done, total),
      })
      return path.relative(directory, result.path).replaceAll(path.sep, '/')
    })
  }
}

function notWritten(uri: string): WoolgatherError {
  return new WoolgatherError(
    'model-not-found',
    `“${uri}” came over a link: only addresses that are written into the node itself are downloaded.`,
    {
      input: 'file',
      hint: 'Write the address into the node. What was downloaded from it once is found over a link, too.',
    },
  )
}
