import { loadNative } from '@woolgather/ggml'
import { createGguf, openGguf, planGguf, type GgufValue } from '@woolgather/gguf'
import { methodNamed } from '@woolgather/merge'
import {
  filesOfModel,
  inFolder,
  loraOn,
  nameOfModel,
  weightsOf,
  type CheckpointSource,
  type MergeSource,
  type ModelRecipe,
  type ModelSource,
  type OutputType,
} from '@woolgather/workflow'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { bakesFor } from '../jobs/bake-rows.ts'
import type { BakedChange } from '../jobs/tensor-work.ts'
import { nameOf, type LoraMaker } from '../loras/make-lora.ts'
import { asWoolgatherError } from '../made/as-woolgather-error.ts'
import type { CheckpointFiles } from '../imports/format/checkpoint-files.ts'
import { planCheckpoint } from './plan-checkpoint.ts'
import { type Branch } from './branch.ts'
import { impossible } from '../sources/refusal.ts'
import { checkLoads } from './check-loads.ts'
import { holdMade, isMade, notesOfMade, type HeldMade, type Recipe } from '../made/hold-made.ts'
import { checkDisk, type MadeFiles, type Notes, type WorkOptions } from '../made/made-files.ts'
import { lossText } from './loss-text.ts'
import { progressText } from './progress-text.ts'
import type { SourceFiles } from '../sources/source-files.ts'
import { untilAborted } from '../made/until-aborted.ts'
import { planMerge, type MergePlan } from './plan-merge.ts'
import type { Branches } from './place-tensors.ts'
import type { Threads } from '../jobs/threads.ts'

/** Bytes of 32-bit floats that all threads together hold at once. */
const memoryBytes = 335_544_320
/** After larger merges the threads give back their memory; for smaller ones it is not worth starting them anew. */
const keptBytes = 67_108_864
/** More threads than this wait for the disk. */
const mostThreads = 8

export interface ModelMakerOptions {
  made: MadeFiles
  threads: Threads
  files: SourceFiles
  loras: Pick<LoraMaker, 'read'>
}

/** Turns model recipes into files: each distinct merge is made once. */
export interface ModelMaker {
  /** A file with the weights of a source, as long as it is held. @throws WoolgatherError */
  hold(source: ModelSource, options: WorkOptions): Promise<HeldMade>
  /** What of a source that was made is otherwise than was asked, as sentences; none of a file that was there. */
  notesOf(source: ModelSource): Promise<Notes>
  /** A file with a model's weights, its LoRAs baked into them. @throws WoolgatherError */
  pathOf(recipe: ModelRecipe, options: WorkOptions): Promise<string>
  /**
   * Writes a model, its LoRAs baked into its weights, to a path.
   * @returns bytes of the file, and what is stored otherwise than was asked
   * @throws WoolgatherError
   */
  save(
    target: string,
    recipe: ModelRecipe,
    options: SaveModelOptions,
  ): Promise<{ bytes: number; notes: Notes }>
}

export interface SaveModelOptions extends WorkOptions {
  type: OutputType
  /** Texts by their GGUF keys. */
  metadata: Readonly<Record<string, string>>
}

export function createModelMaker({ made, threads, files, loras: loraMaker }: ModelMakerOptions): ModelMaker {
  let lastTurn: Promise<unknown> = Promise.resolve()

  const hold = async (source: ModelSource, options: WorkOptions): Promise<HeldMade> => {
    if (source.kind === 'file') {
      const sources = await files.look([source.file])
      return { path: await files.find(source.file), notes: [], release: () => {}, sources }
    }
    return holdMade({ made, files }, recipeOf(source), options, async (target, own) => {
      const { notes } = await write(source, target, { ...own, metadata: {}, inCache: true })
      return notes
    })
  }

  const recipeOf = (source: MadeSource): Recipe => ({
    how: weightsOf(source),
    files: filesOfModel({ ...source, adapters: [] }),
    extension: '.gguf',
  })

  interface WriteOptions extends WorkOptions {
    metadata: Readonly<Record<string, string>>
    inCache: boolean
    /** Called when all is written, before it gets its name. */
    check?: () => Promise<void>
  }

  const write = async (
    source: MadeSource,
    target: string,
    options: WriteOptions,
  ): Promise<MergePlan & { bytes: number }> => {
    const opened: (() => unknown)[] = []
    try {
      if (source.kind === 'checkpoint') {
        const checkpoint = await findCheckpoint(source)
        return await inTurn(options.signal, async () =>
          writePlan(await planCheckpoint(source, checkpoint), source.outputType, target, options),
        )
      }
      // Merges within this one are made before it takes its turn.
      const branches = await openBranches(source, options, opened)
      return await inTurn(options.signal, async () =>
        writePlan(await planMerge(source, branches), source.outputType, target, options),
      )
    } catch (error) {
      throw asWoolgatherError(
        error,
        (reason) => `${nameOfModel(source)} cannot be made: ${reason}`,
        path.dirname(target),
      )
    } finally {
      for (const close of opened.toReversed()) await close()
    }
  }

  /** One merge at a time: each uses all processors and the memory there is for it. */
  const inTurn = async <Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> => {
    const turn = untilAborted(lastTurn, signal).then(work)
    const before = lastTurn
    lastTurn = turn.catch(() => before)
    return turn
  }

  const findCheckpoint = async ({ folder, files: names }: CheckpointSource): Promise<CheckpointFiles> => {
    const paths = names.map(async (name) => [name, await files.find(inFolder(folder, name))] as const)
    return { folder, paths: new Map(await Promise.all(paths)) }
  }

  const openBranches = async (
    source: MergeSource,
    options: WorkOptions,
    opened: (() => unknown)[],
  ): Promise<Branches> => {
    const names = new Set<string>()
    const openBranch = async (model: ModelRecipe): Promise<Branch> => {
      const name = uniqueName(nameOfModel(model), names)
      if (model.vectors?.length) {
        throw impossible(
          `${name} has control vectors, which are no weights and cannot be merged.`,
          'Steer the merged model instead.',
        )
      }
      const held = await hold(model, options)
      opened.push(() => held.release())
      const file = await openGguf(held.path)
      opened.push(() => file.close())
      const loras = model.adapters.map(async (use) => ({
        name: nameOf(use),
        lora: await loraMaker.read(loraOn(use, model), options),
      }))
      return { name, file, notes: held.notes, bakes: await bakesFor(file, await Promise.all(loras)) }
    }
    const models: Branch[] = []
    for (const { model } of source.models) models.push(await openBranch(model))
    const usesBase = methodNamed(source.method).base !== 'unused'
    return { models, base: source.base && usesBase ? await openBranch(source.base) : undefined }
  }

  const writePlan = async (
    plan: MergePlan,
    outputType: OutputType,
    target: string,
    { signal, onProgress, metadata, inCache, check }: WriteOptions,
  ): Promise<MergePlan & { bytes: number }> => {
    const entries = new Map<string, GgufValue>(plan.gguf.metadata)
    for (const [key, value] of Object.entries(metadata)) entries.set(key, { type: 'text', value })
    const gguf = { ...plan.gguf, metadata: entries }
    const { fileBytes } = planGguf(gguf)
    if (inCache) await made.makeRoom(fileBytes)
    else await checkDisk(path.dirname(target), fileBytes)
    const { binary } = await loadNative()
    const writer = await createGguf(target, gguf)
    try {
      if (plan.isNew) await checkLoads(writer.temporaryPath, plan.ifRefused)
      const tensors = writer.layout.tensors
      const total = tensors.reduce((sum, { bytes }) => sum + bytes, 0)
      const count = Math.max(1, Math.min(mostThreads, availableParallelism()))
      const began = performance.now()
      let done = 0
      let finished = 0
      const changes: BakedChange[] = []
      // The largest first, so that all threads end at about the same time.
      const rest = [...tensors.slice(0, plan.tasks.length).entries()].toSorted(
        ([, a], [, b]) => b.bytes - a.bytes,
      )
      const next = async (): Promise<void> => {
        for (let entry = rest.shift(); entry !== undefined; entry = rest.shift()) {
          const [index, { name, start, bytes }] = entry
          const { task, type } = plan.tasks[index]!
          const change = await threads.run(
            {
              kind: 'tensor',
              ...task,
              library: binary.libraries.ggmlBase,
              output: { path: writer.temporaryPath, start, type, rowBytes: bytes / task.inputs.rows },
              memory: memoryBytes / count,
            },
            signal,
          )
          if (change) changes.push(change)
          writer.wrote(name, bytes)
          done += bytes
          onProgress(...progressText({ done, total, finished: ++finished, tensors: tensors.length, began }))
        }
      }
      await allOrFirstError(Array.from({ length: count }, next), rest)
      for (const [name, { buffer, byteOffset, byteLength }] of plan.values ?? []) {
        await writer.write(name, new Uint8Array(buffer, byteOffset, byteLength), 0)
      }
      await check?.()
      await writer.finish()
      const lost = lossText(changes, outputType)
      return { ...plan, notes: [...plan.notes, ...lost], bytes: fileBytes }
    } catch (error) {
      await writer.abort().catch(() => {})
      throw error
    } finally {
      if (fileBytes > keptBytes) await threads.rest()
    }
  }

  return {
    hold,
    notesOf: async (source) => (source.kind === 'file' ? [] : notesOfMade({ made, files }, recipeOf(source))),
    async pathOf(recipe, options) {
      const held = await hold(recipe.adapters.length === 0 ? recipe : bake(recipe, 'auto'), options)
      // It was used just now, and is the last to go.
      held.release()
      return held.path
    },
    async save(target, recipe, { type, ...options }) {
      const source = await sourceToSave(recipe, type)
      const told = await made.announce(target)
      try {
        const sources = await files.look(recipeOf(source).files)
        const check = (): Promise<void> => files.check(sources)
        const { bytes, notes } = await write(source, target, { ...options, inCache: false, check })
        return { bytes, notes }
      } finally {
        await told()
      }
    },
  }

  /** A merge that was made already is copied, another is written straight to its place. */
  async function sourceToSave(recipe: ModelRecipe, type: OutputType): Promise<MadeSource> {
    const isOwn = recipe.kind !== 'file' && recipe.adapters.length === 0
    if (!isOwn) return bake(recipe, type)
    if (type !== 'auto' && recipe.outputType !== 'auto') return bake(recipe, type)
    return (await isMade({ made, files }, recipeOf(recipe)))
      ? bake(recipe, type)
      : { ...recipe, outputType: type === 'auto' ? recipe.outputType : type }
  }
}

/** What is made, other than files that are there. */
type MadeSource = MergeSource | CheckpointSource

/** A model with its LoRAs in its weights, or just stored as another type. */
function bake(recipe: ModelRecipe, outputType: OutputType): MergeSource {
  return {
    kind: 'merge',
    method: 'passthrough',
    models: [{ model: recipe, parameters: {} }],
    parameters: {},
    vocabulary: 'same',
    outputType,
  }
}

function uniqueName(name: string, taken: Set<string>): string {
  let candidate = name
  for (let number = 2; taken.has(candidate); number++) candidate = `${name} (${number})`
  taken.add(candidate)
  return candidate
}

/** Waits for all workers to stop; after the first error there is nothing left for them. */
async function allOrFirstError(workers: readonly Promise<void>[], rest: unknown[]): Promise<void> {
  const settled = await Promise.allSettled(
    workers.map((worker) =>
      worker.catch((error: unknown) => {
        rest.length = 0
        throw error
      }),
    ),
  )
  const failed = settled.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
