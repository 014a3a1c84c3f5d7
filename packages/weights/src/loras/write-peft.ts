import { writeAll, writeWhole } from '@woolgather/disk'
import { figureOf, figuresOf, type GgufHeader, type LoraFile, type LoraMatrix } from '@woolgather/gguf'
import { peftFiles, WoolgatherError } from '@woolgather/workflow'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import {
  families,
  headsIn,
  moduleOfTensor,
  rowOrder,
  type Family,
  type Heads,
  type ModulePlace,
} from '../imports/format/families.ts'
import { turned } from '../imports/format/turned.ts'

/** The model that a LoRA is for, as far as it must be known. */
export interface PeftBase {
  name: string
  header: Pick<GgufHeader, 'metadata'>
}

interface PeftTensor {
  name: string
  /** Rows first. */
  shape: [number, number]
  values: Float32Array
}

/** A LoRA as PEFT holds it: what `adapter_config.json` says, and the tensors beside it. */
export interface PeftAdapter {
  config: Record<string, unknown>
  tensors: PeftTensor[]
}

/**
 * A LoRA of llama.cpp's as the PEFT adapter that it is: names, order of rows and scales are those of the model in
 * transformers.
 * @throws WoolgatherError model-unsupported for a model of another family; adapter-mismatch where it is for another model
 */
export function peftOf({ architecture, alpha, matrices }: LoraFile, base: PeftBase): PeftAdapter {
  const family = familyOf(architecture, base)
  const modules = matrices.map((matrix) => ({ matrix, ...placeOf(family, matrix, base) }))
  const rank = matrices[0]?.rank ?? 1
  const others = modules.filter(({ matrix }) => matrix.rank !== rank)
  const pattern = Object.fromEntries(others.map(({ module, matrix }) => [module, matrix.rank]))
  const heads = headsIn(base.header, architecture)
  return {
    config: {
      peft_type: 'LORA',
      task_type: 'CAUSAL_LM',
      base_model_name_or_path: repositoryOf(base),
      r: rank,
      // An alpha of 0 counts every change once.
      lora_alpha: alpha === 0 ? rank : shortest(alpha),
      rank_pattern: pattern,
      alpha_pattern: alpha === 0 ? pattern : {},
      target_modules: targetsOf(modules, family, base),
      ...{ bias: 'none', lora_dropout: 0, use_rslora: false, use_dora: false, fan_in_fan_out: false },
      ...{ modules_to_save: null, inference_mode: true },
    },
    tensors: modules.flatMap(({ matrix, module, place }) =>
      factorsOf(family, matrix, { module, place, heads }),
    ),
  }
}

/** @throws WoolgatherError */
function familyOf(architecture: string, { name, header }: PeftBase): Family {
  const own = String(header.metadata.get('general.architecture') ?? '')
  if (own !== architecture) {
    throw new WoolgatherError(
      'adapter-mismatch',
      `The LoRA is for ${architecture} models, and ${name} is one of ${own}.`,
      { input: 'model', hint: 'Link the model that it was made for.' },
    )
  }
  const family = families.get(architecture)
  if (family !== undefined) return family
  throw new WoolgatherError(
    'model-unsupported',
    `How PEFT names what ${architecture} models have is not known here; it is of ${[...families.keys()].join(', ')}.`,
    { input: 'format', hint: 'Save it as GGUF.' },
  )
}

function placeOf(
  family: Family,
  { tensor, expert }: LoraMatrix,
  { name }: PeftBase,
): { module: string; place: ModulePlace } {
  const found = expert === 0 ? moduleOfTensor(family, tensor.replace(/\.weight$/, '')) : undefined
  if (found !== undefined) return found
  throw new WoolgatherError(
    'adapter-mismatch',
    `The LoRA changes ${tensor}, which ${name} has not in PEFT.`,
    {
      input: 'model',
      hint: 'Link the model that it was made for, or save it as GGUF.',
    },
  )
}

/** Modules by the ends of their names where those of all layers are changed, else one by one. */
function targetsOf(
  modules: readonly { matrix: LoraMatrix; module: string; place: ModulePlace }[],
  family: Family,
  { header }: PeftBase,
): string[] {
  const architecture = String(header.metadata.get('general.architecture'))
  const layers = figureOf(figuresOf(header, architecture), 'block_count', 0) ?? 0
  const endOf = (module: string): string => module.slice(module.lastIndexOf('.') + 1)
  const ends = new Map<string, string[]>()
  for (const { module } of modules) ends.set(endOf(module), [...(ends.get(endOf(module)) ?? []), module])
  return [...ends].flatMap(([end, names]) =>
    names.length === layers || !names[0]!.startsWith(family.layers) ? [end] : names,
  )
}

function factorsOf(
  family: Family,
  { rows, columns, rank, a, b }: LoraMatrix,
  { module, place, heads }: { module: string; place: ModulePlace; heads: (block: number) => Heads },
): PeftTensor[] {
  const name = `base_model.model.${module}`
  if (place.part === 'token_embd') {
    // Rows stand for tokens there, and the change is turned: its factors change places.
    return [
      { name: `${name}.lora_embedding_A`, shape: [rank, rows], values: turned(b, rows, rank) },
      { name: `${name}.lora_embedding_B`, shape: [columns, rank], values: turned(a, rank, columns) },
    ]
  }
  const order = rowOrder(family, place, rows, heads)
  return [
    { name: `${name}.lora_A.weight`, shape: [rank, columns], values: a },
    { name: `${name}.lora_B.weight`, shape: [rows, rank], values: order ? reordered(b, rank, order) : b },
  ]
}

/** Rows back to where they came from. */
function reordered(values: Float32Array, rank: number, order: (row: number) => number): Float32Array {
  const result = new Float32Array(values.length)
  for (let row = 0; row * rank < values.length; row++)
    result.set(values.subarray(row * rank, (row + 1) * rank), order(row) * rank)
  return result
}

/** A 32-bit float by as few digits as tell it: 3.8, not 3.799999952316284. */
function shortest(value: number): number {
  const short = Number(value.toPrecision(7))
  return Math.fround(short) === value ? short : value
}

/** As transformers names the model where its file tells, else what it is called. */
function repositoryOf({ name, header }: PeftBase): string {
  const told = ['general.source.huggingface.repository', 'general.source.repo_url', 'general.repo_url']
    .map((key) => header.metadata.get(key))
    .find((value) => typeof value === 'string' && value !== '')
  return String(told ?? name).replace(/^https:\/\/huggingface\.co\//, '')
}

/**
 * Writes an adapter's folder, its configuration last: before that it is none.
 * @param notes texts that the weights' file carries
 * @throws the file system's error
 */
export async function writePeft(
  folder: string,
  { config, tensors }: PeftAdapter,
  notes: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const sorted = tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const [configName, weightsName] = peftFiles
  await writeWhole(path.join(folder, weightsName), async (handle) => {
    await writeAll(handle, headerOf(sorted, notes))
    for (const { values } of sorted)
      await writeAll(handle, Buffer.from(values.buffer, values.byteOffset, values.byteLength))
  })
  await writeWhole(path.join(folder, configName), `${JSON.stringify(config, null, 2)}\n`)
}

function headerOf(tensors: readonly PeftTensor[], notes: Readonly<Record<string, string>>): Buffer {
  let end = 0
  const entries = tensors.map(({ name, shape, values }) => {
    const start = end
    end += values.byteLength
    return [name, { dtype: 'F32', shape, data_offsets: [start, end] }]
  })
  const header = { __metadata__: { format: 'pt', ...notes }, ...Object.fromEntries(entries) }
  const text = Buffer.from(JSON.stringify(header))
  // Numbers begin at a multiple of eight.
  const padded = Buffer.concat([text, Buffer.alloc(-text.length & 7, ' ')])
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(padded.length))
  return Buffer.concat([length, padded])
}

/** The folder that a LoRA's file name stands for: `loras/mine.lora.gguf` → `loras/mine`. */
export function peftFolderOf(file: string): string {
  return file.replace(/(\.lora)?\.gguf$/i, '')
}
