import type { GgufFile, LoraFile, LoraMatrix } from '@woolgather/gguf'
import { WoolgatherError } from '@woolgather/workflow'
import {
  families,
  headsIn,
  placeOfModule,
  rowOrder,
  type Family,
  type ModulePlace,
} from '../format/families.ts'
import { readPatterns } from './module-patterns.ts'
import { readPeftConfig, type PeftConfig } from './peft-config.ts'
import { unreadable, type NamedFile } from '../format/read-json.ts'
import { SafetensorsFile, type SafeTensor } from '../format/safetensors.ts'
import { turned } from '../format/turned.ts'
import { unsupported } from '../format/unsupported.ts'

export interface PeftFiles {
  /** What the adapter is called. */
  name: string
  config: NamedFile
  weights: NamedFile
}

/** The two factors of a module. */
interface Pair {
  module: string
  place: ModulePlace
  isEmbedding: boolean
  a: SafeTensor
  b: SafeTensor
}

/**
 * A PEFT adapter as the LoRA of llama.cpp's that it is on a model: of that only the header is looked at.
 * @throws WoolgatherError model-unreadable; model-unsupported by name, where it holds more than low-rank changes, or for
 *   a model of another family; adapter-mismatch where it is for another model
 */
export async function convertPeft(
  { name, config: configFile, weights }: PeftFiles,
  base: { name: string; file: GgufFile },
): Promise<LoraFile> {
  const config = await readPeftConfig(configFile)
  const architecture = String(base.file.header.metadata.get('general.architecture') ?? '')
  const family = families.get(architecture)
  if (family === undefined) {
    throw new WoolgatherError(
      'model-unsupported',
      `“${name}” is a PEFT adapter, and ${base.name} is a ${architecture} model: such adapters are read for ${[...families.keys()].join(', ')}.`,
      { hint: 'Convert it with llama.cpp’s convert_lora_to_gguf.py, and load the GGUF file.' },
    )
  }
  await using file = await SafetensorsFile.open(weights)
  const pairs = pairUp(name, file, family, { ...base, architecture, trainedOn: config.base })
  const scaleOf = scales(configFile, config)
  const alpha = config.alpha === 0 ? 1 : config.alpha
  const heads = headsIn(base.file.header, architecture)
  const matrices: LoraMatrix[] = []
  for (const pair of pairs) {
    const matrix = await readMatrix(file, pair)
    reorder(matrix, rowOrder(family, pair.place, matrix.rows, heads))
    const times = (scaleOf(pair.module, matrix.rank) * matrix.rank) / alpha
    if (times !== 1) matrix.b.forEach((value, index) => (matrix.b[index] = value * times))
    matrices.push(matrix)
  }
  return { architecture, alpha, matrices }
}

/** What B · A counts for a module. @throws WoolgatherError model-unreadable where it has another rank than is said */
function scales(file: NamedFile, config: PeftConfig): (module: string, rank: number) => number {
  const read = (
    patterns: Readonly<Record<string, number>>,
    name: string,
  ): ReturnType<typeof readPatterns> => {
    try {
      return readPatterns(patterns)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      throw unreadable(file, `${name}: ${error.message}`, 'Write the names of the modules there.')
    }
  }
  const [ranks, alphas] = [read(config.ranks, 'rank_pattern'), read(config.alphas, 'alpha_pattern')]
  return (module, rank) => {
    const told = (ranks(module) as number | undefined) ?? config.rank
    if (told !== rank) {
      throw unreadable(
        file,
        `it says that the rank of ${module} is ${told}, and its weights have ${rank}`,
        'The two files belong to different adapters: get both again, from one place.',
      )
    }
    const alpha = (alphas(module) as number | undefined) ?? config.alpha
    return alpha / (config.isRankStabilised ? Math.sqrt(rank) : rank)
  }
}

interface Base {
  name: string
  file: GgufFile
  architecture: string
  trainedOn: string | undefined
}

const factorName =
  /^(?<module>.+)\.(?<kind>lora_(?:embedding_)?)(?<factor>[AB])(?:\.(?!weight$|bias$)[^.]+)?(?:\.weight)?$/
/** Parts of models that see or hear, which llama.cpp keeps in another file. */
const otherSense = /(^|\.)(vision_|visual\.|audio_|multi_modal_projector\.)/

/** Every factor with its other one, each found to fit the model. */
function pairUp(name: string, file: SafetensorsFile, family: Family, base: Base): Pair[] {
  const found = new Map<string, Partial<Pair> & Pick<Pair, 'module' | 'isEmbedding'>>()
  for (const tensor of file.tensors.values()) {
    const { module: full, kind, factor } = factorName.exec(tensor.name)?.groups ?? {}
    if (otherSense.test(tensor.name)) continue
    if (full === undefined) {
      if (isBaseLayer(tensor, base)) continue
      throw refuseTensor(name, tensor)
    }
    const module = moduleName(full)
    const key = `${module} ${kind}`
    const pair = found.get(key) ?? { module, isEmbedding: kind === 'lora_embedding_' }
    found.set(key, { ...pair, [factor === 'A' ? 'a' : 'b']: tensor })
  }
  if (found.size === 0)
    throw unreadable(file.file, 'it holds no factors of a LoRA', 'Look whether it is the adapter’s file.')
  const wrong: string[] = []
  const pairs = [...found.values()].map(({ module, isEmbedding, a, b }): Pair => {
    if (a === undefined || b === undefined) {
      throw unreadable(
        file.file,
        `it holds one factor of ${module}, and not the other`,
        'Get the file again.',
      )
    }
    const place = placeOfModule(family, module)
    const pair = { module, isEmbedding, a, b, place: place ?? { tensor: '', block: undefined, part: '' } }
    if (place === undefined) wrong.push(`it changes ${module}, which ${base.architecture} models do not have`)
    else wrong.push(...mismatch(pair, base))
    return pair
  })
  if (wrong.length > 0) throw doesNotFit(name, wrong, base)
  const tied = pairs.find(({ place }) => isTied(place, base))
  if (tied) throw refuseTied(name, tied, base)
  return pairs
}

/** `base_model.model.model.layers.0.…` → `model.layers.0.…`, also of models that see. */
function moduleName(full: string): string {
  return full.replace(/^base_model\.model\./, '').replace('language_model.', '')
}

/** The base's own embeddings, which PEFT saves beside their change, and did not train. */
function isBaseLayer({ name, shape }: SafeTensor, { file }: Base): boolean {
  if (!name.endsWith('.base_layer.weight')) return false
  const own = file.tensor('token_embd.weight')?.shape
  return own !== undefined && shape[0] === own[1] && shape[1] === own[0]
}

function refuseTensor(name: string, tensor: SafeTensor): WoolgatherError {
  const what = tensor.name.includes('magnitude')
    ? 'a DoRA adapter'
    : tensor.name.endsWith('bias')
      ? 'an adapter that changes biases, too'
      : 'an adapter that holds whole weights (modules_to_save, or new tokens)'
  return unsupported(
    name,
    `${what}: ${tensor.name}`,
    'Merge it into its model with PEFT, and load that as a checkpoint.',
  )
}

function mismatch({ place: { tensor }, isEmbedding, a, b }: Pair, { file }: Base): string[] {
  const shape = file.tensor(`${tensor}.weight`)?.shape
  const wrong = [a, b].find((factor) => factor.shape.length !== 2 || factor.elements === 0)
  if (wrong) return [`its ${wrong.name} is ${wrong.shape.join(' × ')}, no matrix`]
  const [first, second] = isEmbedding ? [b, a] : [a, b]
  const [columns, rows] = isEmbedding ? [first.shape[0], second.shape[1]] : [first.shape[1], second.shape[0]]
  if (a.shape[0] !== b.shape[1]) {
    return [`its factors of ${tensor} do not fit: ${a.shape.join(' × ')} and ${b.shape.join(' × ')}`]
  }
  if (shape === undefined) return tensor === 'output' ? [] : [`the model has no ${tensor}.weight`]
  if (shape.length === 2 && shape[0] === columns && shape[1] === rows) return []
  return [`${tensor}.weight is ${columns} × ${rows} there and ${shape.join(' × ')} in the model`]
}

/** Where the output layer is the embeddings, llama.cpp cannot change one without the other. */
function isTied({ part }: ModulePlace, { file }: Base): boolean {
  return (part === 'output' || part === 'token_embd') && file.tensor('output.weight') === undefined
}

function refuseTied(name: string, { module }: Pair, base: Base): WoolgatherError {
  return new WoolgatherError(
    'model-unsupported',
    `“${name}” changes ${module}, and the output layer of ${base.name} is its embeddings, of which llama.cpp cannot change one without the other.`,
    { hint: 'Merge it into its model with PEFT, and load that as a checkpoint.' },
  )
}

function doesNotFit(name: string, wrong: readonly string[], base: Base): WoolgatherError {
  const more = wrong.length > 3 ? `, and ${wrong.length - 3} more` : ''
  const trained = base.trainedOn === undefined ? '' : ` It was trained on “${base.trainedOn}”.`
  return new WoolgatherError(
    'adapter-mismatch',
    `“${name}” is for another model than ${base.name}: ${wrong.slice(0, 3).join('; ')}${more}.`,
    { hint: `Apply it to the model that it was made for.${trained}` },
  )
}

async function readMatrix(file: SafetensorsFile, { place, isEmbedding, a, b }: Pair): Promise<LoraMatrix> {
  const [first, second] = [await file.readFloats(a), await file.readFloats(b)]
  const rank = a.shape[0]!
  const tensor = `${place.tensor}.weight`
  if (!isEmbedding) {
    return { tensor, expert: 0, rows: b.shape[0]!, columns: a.shape[1]!, rank, a: first, b: second }
  }
  // Rows stand for tokens there, and the change is turned: its factors change places.
  const [rows, columns] = [a.shape[1]!, b.shape[0]!]
  return {
    tensor,
    expert: 0,
    rows,
    columns,
    rank,
    a: turned(second, columns, rank),
    b: turned(first, rank, rows),
  }
}

function reorder(matrix: LoraMatrix, order: ((row: number) => number) | undefined): void {
  if (order === undefined) return
  const { rows, rank, b } = matrix
  const ordered = new Float32Array(b.length)
  for (let row = 0; row < rows; row++) {
    const from = order(row)
    ordered.set(b.subarray(from * rank, (from + 1) * rank), row * rank)
  }
  matrix.b = ordered
}
