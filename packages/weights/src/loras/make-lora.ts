import path from 'node:path'
import { openGguf, readLoraFile, writeLoraFile, type GgufFile, type LoraFile } from '@woolgather/gguf'
import { MergeError } from '@woolgather/merge'
import {
  filesOfLora,
  type LoraCombine,
  type LoraSource,
  type LoraUse,
  type ModelRecipe,
} from '@woolgather/workflow'
import { adapterOf, loraFileOf } from './adapter-files.ts'
import { extractKeys, extractLoraFile } from './extract-lora.ts'
import { asWoolgatherError } from '../made/as-woolgather-error.ts'
import { holdMade } from '../made/hold-made.ts'
import type { MadeFiles, WorkOptions } from '../made/made-files.ts'
import type { Threads } from '../jobs/threads.ts'
import type { SourceFiles } from '../sources/source-files.ts'

export interface LoraMakerOptions {
  /** Where LoRAs that were made are kept. */
  made: MadeFiles
  threads: Threads
  files: SourceFiles
  /** A file with a model's weights. */
  modelPath: (recipe: ModelRecipe, options: WorkOptions) => Promise<string>
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

export function createLoraMaker({ made, threads, files, modelPath }: LoraMakerOptions): LoraMaker {
  const pathOf = async (source: LoraSource, options: WorkOptions): Promise<string> => {
    if ('file' in source) return files.find(source.file)
    // How much of it is used does not change what it is.
    const how = 'combine' in source ? { combine: source.combine } : { extract: source.extract }
    const recipe = { how, files: filesOfLora(how), extension: '.lora.gguf' as const }
    const held = await holdMade({ made, files }, recipe, options, (target, own) => make(how, target, own))
    // It was used just now, and is the last to go.
    held.release()
    return held.path
  }

  const make = async (
    source: Exclude<LoraSource, { file: string }>,
    target: string,
    options: WorkOptions,
  ): Promise<void> => {
    try {
      const { lora, metadata } =
        'combine' in source ? await combine(source.combine, options) : await extract(source.extract, options)
      await writeLoraFile(target, lora, metadata)
    } catch (error) {
      throw tellError(error, { folder: path.dirname(target) })
    }
  }

  const extract = async (
    wanted: Extract<LoraSource, { extract: unknown }>['extract'],
    options: WorkOptions,
  ): ReturnType<typeof extractLoraFile> => {
    const [tuned, base] = [await modelPath(wanted.tuned, options), await modelPath(wanted.base, options)]
    return extractLoraFile(tuned, base, wanted, threads, options)
  }

  const combine = async (
    { loras, ...combination }: LoraCombine,
    options: WorkOptions,
  ): ReturnType<typeof extractLoraFile> => {
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

export function nameOf(source: LoraSource): string {
  if ('file' in source) return source.file
  return 'combine' in source ? 'the combined LoRA' : 'the extracted LoRA'
}

/** The LoRA as it is at a strength, to be used at 1. */
function atStrength(lora: LoraFile, strength: number): LoraFile {
  if (strength === 1) return lora
  if (lora.alpha !== 0) return { ...lora, alpha: lora.alpha * strength }
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
