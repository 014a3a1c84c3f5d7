import { writeLoraFile, type GgufValue } from '@woolgather/gguf'
import type { Weights } from '@woolgather/nodes'
import { filesOfLora, filesOfModel, WoolgatherError } from '@woolgather/workflow'
import path from 'node:path'
import { compareModels } from './compare-models.ts'
import { namesOf } from './contents.ts'
import type { LoraMaker } from './loras/make-lora.ts'
import type { ModelMaker } from './making/make-model.ts'
import { firstFolder, placeToSave } from './model-files.ts'
import type { SourceFiles } from './source-files.ts'

export interface WeightsOptions {
  /** Of the models; what is saved goes to the first. */
  folders: readonly string[]
  files: SourceFiles
  maker: ModelMaker
  loras: LoraMaker
  /** Lets go of a file of a model that is to be replaced. @returns whether nothing uses it */
  free: (path: string) => Promise<boolean>
}

/** What nodes do with weights: compare them, make and save LoRAs, and save models. */
export function createWeights({ folders, files, maker, loras, free }: WeightsOptions): Weights {
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
      await writeLoraFile(target, lora, new Map(texts))
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
      const saved = await maker.save(target, recipe, options)
      return { ...saved, file: path.relative(folder, target).replaceAll(path.sep, '/') }
    },
  }
}
