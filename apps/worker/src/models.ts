import { access, mkdir } from 'node:fs/promises'
import path from 'node:path'
import {
  downloadModel,
  readVectorFile,
  writeVectorFile,
  type LanguageModel,
  type LlamaRuntime,
  type LoadModelOptions,
} from '@woolgather/llama'
import { createConstraintCompiler, vectorUses, type LocateOptions, type Models } from '@woolgather/nodes'
import { WoolgatherError, type ModelRecipe } from '@woolgather/workflow'
import { confinePath } from './confine-path.ts'
import { fingerprintFile } from './fingerprint-file.ts'

/** How many models stay loaded after their last use, so that the next cell finds its model ready. */
const keptModels = 2

interface Loaded {
  key: string
  model: Promise<LanguageModel>
  users: number
}

/** Turns recipes into loaded models. Each distinct model is loaded once; idle ones go, least recently used first. */
export interface ModelPool extends Models, AsyncDisposable {}

export function createModelPool(llama: LlamaRuntime, folders: readonly string[]): ModelPool {
  /** In order of last use. */
  const loaded = new Map<string, Loaded>()
  const downloads = new Map<string, Promise<string>>()
  const compileConstraint = createConstraintCompiler()

  const acquire = (key: string, load: () => Promise<LanguageModel>): Loaded => {
    const entry = loaded.get(key) ?? { key, model: load(), users: 0 }
    entry.users++
    loaded.delete(key)
    loaded.set(key, entry)
    return entry
  }

  const release = (entry: Loaded): void => {
    entry.users--
    void unloadIdle(keptModels)
  }

  const unloadIdle = async (keep: number): Promise<void> => {
    const idle = [...loaded.values()].filter(({ users }) => users === 0)
    await Promise.all(idle.slice(0, Math.max(0, idle.length - keep)).map(unload))
  }

  const unload = async (entry: Loaded): Promise<void> => {
    loaded.delete(entry.key)
    await entry.model.then(
      (model) => model[Symbol.asyncDispose](),
      () => {}, // It never loaded: who asked for it was told.
    )
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
    locate: (file, options) =>
      isAddress(file) ? download(file, options) : findModelFile(folders, file).then(() => file),

    async fingerprint(recipe) {
      const files = [recipe.file, ...recipe.adapters.map(({ file }) => file)]
      const contents = await Promise.all(
        files.map(async (file) => fingerprintFile(await findModelFile(folders, file))),
      )
      return { contents, build: llama.info.build, backend: llama.info.backend }
    },

    async use(recipe, { signal, onProgress }, work) {
      const adapters = await Promise.all(
        recipe.adapters.map(async ({ file, strength }) => ({
          path: await findModelFile(folders, file),
          strength,
        })),
      )
      const key = recipeKey(recipe)
      const entry = acquire(key, async () =>
        // Not tied to the first user's signal: others may be waiting for the same model.
        load({ ...loadOptions(recipe), path: await findModelFile(folders, recipe.file), onProgress }),
      )
      entry.model.catch(() => loaded.get(key) === entry && loaded.delete(key))
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

    readVector: async (file) => readVectorFile(await findModelFile(folders, file)),

    async writeVector(file, vector, { overwrite }) {
      const folder = firstFolder('save to')
      const target = await freeName(await confinePath(folder, file), overwrite)
      await mkdir(path.dirname(target), { recursive: true })
      await writeVectorFile(target, vector)
      return path.relative(folder, target).replaceAll(path.sep, '/')
    },

    async [Symbol.asyncDispose]() {
      await Promise.all([...loaded.values()].map(unload))
    },
  }

  function firstFolder(purpose: string): string {
    const [folder] = folders
    if (folder !== undefined) return folder
    throw new WoolgatherError('model-not-found', `There is no models folder to ${purpose}.`, {
      input: 'file',
    })
  }

  /** Two nodes that name the same address share one download. */
  function download(uri: string, { sha256, signal, onProgress }: LocateOptions): Promise<string> {
    const directory = firstFolder('download to')
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

function isAddress(file: string): boolean {
  return /^(hf:|https?:\/\/)/.test(file)
}

async function findModelFile(folders: readonly string[], file: string): Promise<string> {
  for (const folder of folders) {
    const candidate = await confinePath(folder, file).catch((error: unknown) => {
      if (error instanceof WoolgatherError) throw error
      // The folder itself may not exist: then the file is not in it.
      return undefined
    })
    if (candidate !== undefined && (await exists(candidate))) return candidate
  }
  throw new WoolgatherError('model-not-found', `No model file “${file}” in the models folders.`, {
    input: 'file',
    hint: `Put it below ${folders.join(' or ')}, or name an address such as hf:owner/repo/file.gguf.`,
  })
}

/** `mood.gguf`, or the first free name of `mood-2.gguf`, … */
async function freeName(target: string, overwrite: boolean): Promise<string> {
  const { dir, name, ext } = path.parse(target)
  let candidate = target
  for (let number = 2; !overwrite && (await exists(candidate)); number++) {
    candidate = path.join(dir, `${name}-${number}${ext}`)
  }
  return candidate
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

function loadOptions({
  gpuLayers,
  contextSize,
  threads,
}: ModelRecipe): Pick<ModelRecipe, 'gpuLayers' | 'contextSize' | 'threads'> {
  return { gpuLayers, contextSize, threads }
}

/** Adapters are set per request, so recipes that differ only in them share the loaded model. */
function recipeKey(recipe: ModelRecipe): string {
  return JSON.stringify([recipe.kind, recipe.file, recipe.gpuLayers, recipe.contextSize, recipe.threads])
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
