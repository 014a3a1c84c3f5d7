import { firstFolder, placeToSave } from '@woolgather/files'
import { openGguf, writeLoraFile, type GgufHeader, type GgufValue } from '@woolgather/gguf'
import {
  filesOfLora,
  filesOfModel,
  loraOn,
  nameOfModel,
  provenanceKeys,
  WoolgatherError,
  type Json,
  type LoraSource,
  type LoraUse,
  type ModelRecipe,
} from '@woolgather/workflow'
import path from 'node:path'
import { compareModels, type CompareOptions, type ModelLikeness } from './compare-models.ts'
import type { BaseCheck } from './loras/base-check.ts'
import type { LoraMaker, LoraReport } from './loras/make-lora.ts'
import { peftFolderOf, peftOf, writePeft } from './loras/write-peft.ts'
import type { WorkOptions } from './made/made-files.ts'
import type { ModelMaker, SaveModelOptions } from './merging/make-model.ts'
import { namesOf } from './sources/contents.ts'
import type { SourceFiles } from './sources/source-files.ts'

/** What is done with the weights themselves. */
export interface Weights {
  /**
   * How alike the tensors of two models are, those whose names hold `filter`. Merges are made first.
   * @throws merge-impossible where not one tensor can be compared
   */
  compare(first: ModelRecipe, second: ModelRecipe, options: CompareOptions): Promise<ModelLikeness>
  /**
   * What a LoRA changes. One that is combined or extracted is made for that, and kept.
   * @throws adapter-mismatch, merge-impossible, model-unreadable, model-not-found
   */
  describeLora(source: LoraSource, options: WorkOptions): Promise<LoraReport>
  /** What decides the numbers of a LoRA, besides its recipe: the contents of its files. */
  fingerprintLora(source: LoraSource): Promise<Json>
  /**
   * Writes a LoRA below the first models folder, at its strength, with `metadata` in it.
   * @returns its path below that folder, as workflows name it
   * @throws as `describeLora`, file-outside-folders, write-failed
   */
  saveLora(file: string, lora: LoraUse, options: SaveOptions): Promise<string>
  /**
   * The same as the folder of a PEFT adapter, which is called as the file without its `.lora.gguf`.
   * @param model what it is for
   * @returns the folder's path below that folder, as workflows name it
   * @throws as `saveLora`; model-unsupported, adapter-mismatch
   */
  savePeft(file: string, lora: LoraUse, model: ModelRecipe, options: SaveOptions): Promise<string>
  /**
   * Writes a model, its LoRAs baked into its weights, below the first models folder.
   * @throws merge-impossible, disk-full, model-not-found, model-unreadable, file-outside-folders, write-failed
   */
  saveModel(file: string, recipe: ModelRecipe, options: SaveOptions & SaveModelOptions): Promise<SavedModel>
}

export interface SavedModel {
  /** Path below that folder, as workflows name it. */
  file: string
  bytes: number
  /** What is stored otherwise than was asked, as sentences. */
  notes: readonly string[]
}

export interface SaveOptions extends WorkOptions {
  overwrite: boolean
  /** Texts by their GGUF keys. */
  metadata: Readonly<Record<string, string>>
}

export interface WeightsOptions {
  /** Folders of the models; what is saved goes to the first. */
  folders: readonly string[]
  files: SourceFiles
  maker: ModelMaker
  loras: LoraMaker
  bases: BaseCheck
  /** Lets go of a file of a model that is to be replaced. @returns whether nothing uses it */
  free: (path: string) => Promise<boolean>
}

/** What nodes do with weights: compare them, make and save LoRAs, and save models. */
export function createWeights({ folders, files, maker, loras, bases, free }: WeightsOptions): Weights {
  return {
    async compare(first, second, options) {
      const [own, other] = [await maker.pathOf(first, options), await maker.pathOf(second, options)]
      return compareModels(own, other, options)
    },
    describeLora: (source, options) => loras.describe(source, options),
    fingerprintLora: async (source) => namesOf([...(await files.look(filesOfLora(source))).values()], 'best'),
    async saveLora(file, use, { overwrite, metadata, ...options }) {
      const lora = await loras.read(use, options)
      const folder = firstFolder(folders, 'save to')
      const target = await placeToSave(folder, file, overwrite)
      const texts = Object.entries(metadata).map(([key, value]): [string, GgufValue] => [
        key,
        { type: 'text', value },
      ])
      await writeLoraFile(target, lora, new Map([...texts, ...(await trainingOf(use, loras, options))]))
      return path.relative(folder, target).replaceAll(path.sep, '/')
    },
    async savePeft(file, use, model, { overwrite, metadata, ...options }) {
      const lora = await loras.read(loraOn(use, model), options)
      const adapter = peftOf(lora, {
        name: nameOfModel(model),
        header: await headerOf(await maker.pathOf({ ...model, adapters: [] }, options)),
      })
      const folder = firstFolder(folders, 'save to')
      const target = await placeToSave(folder, peftFolderOf(file), overwrite)
      const training = await trainingOf(use, loras, options)
      const texts = training.flatMap(([key, value]) => (value.type === 'text' ? [[key, value.value]] : []))
      await writePeft(target, adapter, { ...metadata, ...Object.fromEntries(texts) })
      return path.relative(folder, target).replaceAll(path.sep, '/')
    },
    async saveModel(file, recipe, { overwrite, ...options }) {
      const folder = firstFolder(folders, 'save to')
      const target = await placeToSave(folder, file, overwrite)
      const sources = await Promise.all(filesOfModel(recipe).map((name) => files.find(name)))
      if (sources.includes(target) || !(await free(target))) {
        throw new WoolgatherError('write-failed', `“${file}” is in use, and is not overwritten.`, {
          input: 'file',
          hint: 'Choose another name, or switch overwriting off: then a number is added.',
        })
      }
      const warnings = await bases.warningsOf(recipe, options.signal)
      const saved = await maker.save(target, recipe, options)
      const notes = [...saved.notes, ...warnings.map(({ message }) => message)]
      return { ...saved, notes, file: path.relative(folder, target).replaceAll(path.sep, '/') }
    },
  }
}

async function headerOf(file: string): Promise<GgufHeader> {
  await using opened = await openGguf(file)
  return opened.header
}

/** How a LoRA was trained, which its file knows. */
async function trainingOf(
  use: LoraUse,
  loras: LoraMaker,
  options: WorkOptions,
): Promise<[string, GgufValue][]> {
  if (!('trained' in use)) return []
  await using file = await openGguf(await loras.pathOf(use, options))
  const training = await file.value(provenanceKeys.training)
  return training === undefined ? [] : [[provenanceKeys.training, training]]
}
