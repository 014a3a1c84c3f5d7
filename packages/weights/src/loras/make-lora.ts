import path from 'node:path'
import {
  openGguf,
  readLoraFile,
  writeLoraFile,
  type GgufFile,
  type GgufValue,
  type LoraFile,
} from '@woolgather/gguf'
import { MergeError } from '@woolgather/merge'
import {
  filesOfLora,
  inFolder,
  nameOfModel,
  peftFiles,
  WoolgatherError,
  type LoraCombine,
  type LoraSource,
  type LoraUse,
  type ModelRecipe,
  type PeftSource,
} from '@woolgather/workflow'
import { adapterOf, loraFileOf } from './adapter-files.ts'
import { extractKeys, extractLoraFile } from './extract-lora.ts'
import type { TrainedLoras } from './trained-loras.ts'
import { convertPeft } from '../imports/peft/convert-peft.ts'
import { asWoolgatherError } from '../made/as-woolgather-error.ts'
import { holdMade } from '../made/hold-made.ts'
import type { MadeFiles, Notes, WorkOptions } from '../made/made-files.ts'
import type { Threads } from '../jobs/threads.ts'
import type { SourceFiles } from '../sources/source-files.ts'

export interface LoraMakerOptions {
  /** Where LoRAs that were made are kept. */
  made: MadeFiles
  threads: Threads
  files: SourceFiles
  /** A file with a model's weights. */
  modelPath: (recipe: ModelRecipe, options: WorkOptions) => Promise<string>
  trained: Pick<TrainedLoras, 'pathOf'>
}

export interface LoraReport {
  /** `kept`: share of the change's energy that the rank holds; null where that is not known. */
  tensors: { name: string; rank: number; kept: number | null }[]
  /** Tensors that were changed, but of which a LoRA holds nothing. */
  left: string[]
}

/** Turns LoRA recipes into files. Each distinct one is made once. */
export interface LoraMaker {
  /** @throws WoolgatherError */
  pathOf(source: LoraSource, options: WorkOptions): Promise<string>
  /** What a LoRA changes; it is made where it needs to be. @throws WoolgatherError */
  describe(source: LoraSource, options: WorkOptions): Promise<LoraReport>
  /** The LoRA at its strength, whole. @throws WoolgatherError */
  read(use: LoraUse, options: WorkOptions): Promise<LoraFile>
}

export function createLoraMaker({ made, threads, files, modelPath, trained }: LoraMakerOptions): LoraMaker {
  const pathOf = async (source: LoraSource, options: WorkOptions): Promise<string> => {
    if ('file' in source) return files.find(source.file)
    if ('trained' in source) return trained.pathOf(source.trained)
    const how = howOf(source)
    const recipe = { how, files: filesOfLora(how), extension: '.lora.gguf' as const }
    const held = await holdMade({ made, files }, recipe, options, (target, own) => make(how, target, own))
    // It was used just now, and is the last to go.
    held.release()
    return held.path
  }

  const make = async (source: MadeLora, target: string, options: WorkOptions): Promise<Notes> => {
    try {
      const { lora, metadata } = await work(source, options)
      await writeLoraFile(target, lora, metadata)
      return []
    } catch (error) {
      throw tellError(error, { folder: path.dirname(target) })
    }
  }

  const work = (source: MadeLora, options: WorkOptions): Promise<LoraContent> => {
    if ('peft' in source) return convert(source, options)
    return 'combine' in source ? combine(source.combine, options) : extract(source.extract, options)
  }

  const convert = async ({ peft, base }: PeftSource, options: WorkOptions): Promise<LoraContent> => {
    if (base === undefined) {
      throw new WoolgatherError(
        'missing-input',
        `“${peft}” is a PEFT adapter: what it is depends on a model.`,
        {
          input: 'model',
          hint: 'Link the model that it is for to “Model” of this node, or apply the adapter to it.',
        },
      )
    }
    const [config, weights] = await Promise.all(
      peftFiles
        .map((file) => inFolder(peft, file))
        .map(async (name) => ({ name, path: await files.find(name) })),
    )
    await using model = await openGguf(await modelPath(base, options))
    const adapter = { name: peft, config: config!, weights: weights! }
    return { lora: await convertPeft(adapter, { name: nameOfModel(base), file: model }), metadata: new Map() }
  }

  const extract = async (
    wanted: Extract<LoraSource, { extract: unknown }>['extract'],
    options: WorkOptions,
  ): Promise<LoraContent> => {
    const [tuned, base] = [await modelPath(wanted.tuned, options), await modelPath(wanted.base, options)]
    return extractLoraFile(tuned, base, wanted, threads, options)
  }

  const combine = async (
    { loras, ...combination }: LoraCombine,
    options: WorkOptions,
  ): Promise<LoraContent> => {
    const files = await Promise.all(loras.map((use) => read(use, options)))
    const [first] = files
    for (const [index, { architecture }] of files.entries()) {
      if (architecture === first?.architecture) continue
      throw new MergeError(
        'lora-mismatch',
        `${nameOf(loras[0]!)} is for ${first?.architecture} models, ${nameOf(loras[index]!)} for ${architecture} models`,
        { hint: 'Combine LoRAs of one model.' },
      )
    }
    const adapters = files.map((file, index) => adapterOf(nameOf(loras[index]!), file, loras[index]!.weight))
    const factors = await threads.run({ kind: 'combine', adapters, combination }, options.signal)
    return { lora: loraFileOf(first?.architecture ?? '', factors), metadata: new Map() }
  }

  const read = async (use: LoraUse, options: WorkOptions): Promise<LoraFile> => {
    const file = await pathOf(use, options)
    const lora = await readLoraFile(file).catch((error: unknown) => {
      throw tellError(error, { file: nameOf(use) })
    })
    return atStrength(lora, use.strength)
  }

  const describe = async (source: LoraSource, options: WorkOptions): Promise<LoraReport> => {
    await using file = await openGguf(await pathOf(source, options))
    return await report(file)
  }

  return {
    pathOf,
    read,
    describe,
  }
}

/** All that are no files as they are. */
type MadeLora = Exclude<LoraSource, { file: string } | { trained: string }>
type LoraContent = { lora: LoraFile; metadata: Map<string, GgufValue> }

/** How much of it is used does not change what it is. */
function howOf(source: MadeLora): MadeLora {
  if ('peft' in source) return { peft: source.peft, ...(source.base && { base: source.base }) }
  return 'combine' in source ? { combine: source.combine } : { extract: source.extract }
}

export function nameOf(source: LoraSource): string {
  if ('file' in source) return source.file
  if ('peft' in source) return source.peft
  if ('trained' in source) return 'the trained LoRA'
  return 'combine' in source ? 'the combined LoRA' : 'the extracted LoRA'
}

/** The LoRA as it is at a strength, to be used at 1. */
function atStrength(lora: LoraFile, strength: number): LoraFile {
  if (strength === 1) return lora
  // An alpha of 0 says that there is none, which counts as strength 1.
  const alpha = Math.fround(lora.alpha * strength)
  if (alpha !== 0) return { ...lora, alpha }
  const matrices = lora.matrices.map((matrix) => ({
    ...matrix,
    b: matrix.b.map((value) => value * strength),
  }))
  return { ...lora, matrices }
}

async function report(file: GgufFile): Promise<LoraReport> {
  const list = async (key: string): Promise<readonly (string | number)[]> => {
    const value = await file.value(key)
    return value?.type === 'array' ? (value.values as readonly (string | number)[]) : []
  }
  const kept = await list(extractKeys.kept)
  const factors = file.tensors.filter(({ name }) => name.endsWith('.lora_a'))
  return {
    tensors: factors.map(({ name, shape }, index) => ({
      name: name.replace(/\.lora_a$/, ''),
      rank: (name === 'token_embd.weight.lora_a' ? shape[0] : shape[1]) ?? 1,
      kept: (kept.length === factors.length ? (kept[index] as number | undefined) : undefined) ?? null,
    })),
    left: (await list(extractKeys.left)).map(String),
  }
}

function tellError(error: unknown, { file = 'A file', folder }: { file?: string; folder?: string }): unknown {
  return asWoolgatherError(error, (reason) => `${file} cannot be used as a LoRA: ${reason}`, folder)
}
