import { createModelLister } from '@woolgather/gguf'
import path from 'node:path'
import { downloadModel } from '@woolgather/files'
import {
  readVectorFile,
  writeVectorFile,
  type LanguageModel,
  type LlamaRuntime,
  type LoadModelOptions,
} from '@woolgather/llama'
import { createConstraintCompiler, vectorUses, type LocateOptions, type Models } from '@woolgather/nodes'
import type { LoadedModel } from '@woolgather/protocol'
import { filesOfModel, isModelAddress, nameOfModel, weightsOf, type ModelRecipe } from '@woolgather/workflow'
import { fingerprintFile } from './fingerprint-file.ts'
import type { LoraMaker } from './loras/make-lora.ts'
import type { HeldFile, MakeOptions } from './making/made-files.ts'
import type { ModelMaker } from './making/make-model.ts'
import { findModelFile, firstFolder, placeToSave } from './model-files.ts'
import { untilAborted } from './until-aborted.ts'

/** How many models stay loaded after their last use, so that the next cell finds its model ready. */
const keptModels = 2

interface Loaded {
  key: string
  /** What people call it. */
  name: string
  /** The file it was loaded from, kept as long as it is. */
  file: HeldFile
  model: Promise<LanguageModel>
  users: number
  /** Unloads it when it has not been used for long. */
  idle?: NodeJS.Timeout | undefined
}

/** Turns recipes into loaded models. Each distinct model is loaded once; idle ones go, least recently used first. */
export interface ModelPool extends Models, AsyncDisposable {
  /** Unloads every model that nobody uses now. */
  unloadIdle(): Promise<void>
  /** Unloads what was loaded from a file, so that it can be replaced. @returns whether nothing uses it */
  free(path: string): Promise<boolean>
}

export interface ModelPoolOptions {
  folders: readonly string[]
  weights: Pick<ModelMaker, 'hold'>
  loras: Pick<LoraMaker, 'pathOf'>
  /** Milliseconds after its last use that a model goes; absent: it stays until another needs the room. */
  idleMs?: number | undefined
  /** Models have been loaded or unloaded; these are. */
  onChange?: ((models: LoadedModel[]) => void) | undefined
}

export function createModelPool(
  llama: LlamaRuntime,
  { folders, weights, loras, idleMs, onChange = () => {} }: ModelPoolOptions,
): ModelPool {
  /** In order of last use. */
  const loaded = new Map<string, Loaded>()
  const downloads = new Map<string, Promise<string>>()
  const compileConstraint = createConstraintCompiler()
  const listModels = createModelLister(folders)
  // The cells of a sweep ask at once, and each look at a disk is felt beside a small model.
  const find = whilePending((file) => findModelFile(folders, file))
  const fingerprint = whilePending(async (file) => fingerprintFile(await find(file)))

  const tell = async (): Promise<void> => {
    const models = await Promise.all(
      [...loaded.values()].map(async ({ name, model }) => ({ file: name, bytes: (await model).info.bytes })),
    )
    onChange(models)
  }

  /** Not tied to the signal of who asks first: others may be waiting for the same model. */
  const acquire = (
    recipe: ModelRecipe,
    file: HeldFile | undefined,
    onProgress: MakeOptions['onProgress'],
  ): Loaded => {
    const key = recipeKey(recipe)
    const known = loaded.get(key)
    if (known !== undefined) file?.release()
    const entry = known ?? start(key, recipe, file!, onProgress)
    clearTimeout(entry.idle)
    entry.users++
    loaded.delete(key)
    loaded.set(key, entry)
    return entry
  }

  const start = (
    key: string,
    recipe: ModelRecipe,
    file: HeldFile,
    onProgress: MakeOptions['onProgress'],
  ): Loaded => {
    const model = load({
      ...loadOptions(recipe),
      path: file.path,
      onProgress: (fraction) => onProgress(Math.round(fraction * 100), 100, '% loaded'),
    })
    const entry: Loaded = { key, name: nameOfModel(recipe), file, model, users: 0 }
    model.then(tell).catch(() => {})
    model.catch(() => {
      if (loaded.get(key) === entry) loaded.delete(key)
      file.release()
    })
    return entry
  }

  const release = (entry: Loaded): void => {
    entry.users--
    void unloadIdle(keptModels)
    if (entry.users > 0 || idleMs === undefined || loaded.get(entry.key) !== entry) return
    entry.idle = setTimeout(() => void unload(entry), idleMs).unref()
  }

  const unloadIdle = async (keep: number): Promise<void> => {
    const idle = [...loaded.values()].filter(({ users }) => users === 0)
    await Promise.all(idle.slice(0, Math.max(0, idle.length - keep)).map(unload))
  }

  const unload = async (entry: Loaded): Promise<void> => {
    loaded.delete(entry.key)
    clearTimeout(entry.idle)
    await entry.model.then(
      (model) => model[Symbol.asyncDispose](),
      () => {}, // It never loaded: who asked for it was told.
    )
    entry.file.release()
    await tell().catch(() => {})
  }

  /** Idle models make room before a model is refused as too large. */
  const load = async (options: LoadModelOptions): Promise<LanguageModel> => {
    try {
      return await llama.loadModel(options)
    } catch (error) {
      if ((error as { code?: string }).code !== 'model-too-large') throw error
      await unloadIdle(0)
      return llama.loadModel(options)
    }
  }

  return {
    list: async () => (await listModels()).files.map(({ file, kind }) => ({ file, kind })),

    locate: (file, options) => (isModelAddress(file) ? download(file, options) : find(file).then(() => file)),

    async fingerprint(recipe) {
      const files = filesOfModel(recipe)
      const contents = await Promise.all(files.map(fingerprint))
      return { contents, build: llama.info.build, backend: llama.info.backend }
    },

    async use(recipe, { signal, onProgress }, work) {
      const adapters = await Promise.all(
        recipe.adapters.map(async (use) => ({
          path: await ('file' in use ? find(use.file) : loras.pathOf(use, { signal, onProgress })),
          strength: use.strength,
        })),
      )
      const isLoaded = loaded.has(recipeKey(recipe))
      const file = isLoaded ? undefined : await weights.hold(recipe, { signal, onProgress })
      const entry = acquire(recipe, file, onProgress)
      try {
        const model = await untilAborted(entry.model, signal)
        return await work({
          model,
          adapters,
          vectors: vectorUses(recipe),
          constrain: (source) => compileConstraint(model, source),
        })
      } finally {
        release(entry)
      }
    },

    readVector: async (file) => readVectorFile(await find(file)),

    async writeVector(file, vector, { overwrite, metadata }) {
      const folder = firstFolder(folders, 'save to')
      const target = await placeToSave(folder, file, overwrite)
      await writeVectorFile(target, vector, metadata)
      return path.relative(folder, target).replaceAll(path.sep, '/')
    },

    unloadIdle: () => unloadIdle(0),

    async free(path) {
      const users = [...loaded.values()].filter(({ file }) => file.path === path)
      if (users.some((entry) => entry.users > 0)) return false
      await Promise.all(users.map(unload))
      return true
    },

    async [Symbol.asyncDispose]() {
      await Promise.all([...loaded.values()].map(unload))
    },
  }

  /** Two nodes that name the same address share one download. */
  function download(uri: string, { sha256, signal, onProgress }: LocateOptions): Promise<string> {
    const directory = firstFolder(folders, 'download to')
    const running = downloads.get(uri)
    if (running) return untilAborted(running, signal)
    const started = downloadModel({
      uri,
      directory,
      ...(sha256 !== undefined && { sha256 }),
      signal,
      onProgress: ({ done, total = 0 }) => onProgress(done, total),
    }).then((result) => path.relative(directory, result.path).replaceAll(path.sep, '/'))
    downloads.set(uri, started)
    return started.finally(() => downloads.delete(uri))
  }
}

/** Who asks for the same while an answer is on its way shares it. */
function whilePending<Result>(ask: (of: string) => Promise<Result>): (of: string) => Promise<Result> {
  const pending = new Map<string, Promise<Result>>()
  return (of) => {
    const answer = pending.get(of) ?? ask(of).finally(() => pending.delete(of))
    pending.set(of, answer)
    return answer
  }
}

type LoadedAs = Pick<ModelRecipe, 'gpuLayers' | 'contextSize' | 'threads' | 'reproducible'>

function loadOptions({ gpuLayers, contextSize, threads, reproducible }: ModelRecipe): LoadedAs {
  return { gpuLayers, contextSize, threads, reproducible }
}

/** Adapters are set per request, so recipes that differ only in them share the loaded model. */
function recipeKey(recipe: ModelRecipe): string {
  return JSON.stringify([weightsOf(recipe), loadOptions(recipe)])
}
