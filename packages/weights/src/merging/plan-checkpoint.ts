import {
  fileTypeNumber,
  ggmlTypeNumber,
  inferFileType,
  type GgufPlan,
  type GgufValue,
} from '@woolgather/gguf'
import { nameOfModel, provenanceKeys, weightsOf, type CheckpointSource } from '@woolgather/workflow'
import type { StoredTensor } from '../jobs/tensor-work.ts'
import { chooseTypes, type TypedTensor } from './choose-type.ts'
import { typeNotes, type MergePlan, type TensorTask } from './plan-merge.ts'
import { readConfig, type CheckpointConfig } from '../imports/checkpoint/read-config.ts'
import { figuresFor, type Figures } from '../imports/checkpoint/figures.ts'
import {
  readTensors,
  type CheckpointFiles,
  type CheckpointTensor,
} from '../imports/format/checkpoint-files.ts'
import { placeOfModule, rowOrder, type ModulePlace, type RowOrder } from '../imports/format/families.ts'
import { unreadable } from '../imports/format/read-json.ts'
import { checkFloats, SafetensorsFile, type FloatType } from '../imports/format/safetensors.ts'
import { readTokenizer } from '../imports/tokenizer/read-tokenizer.ts'

/** A tensor as it is to be, and where it comes from. */
interface Placed {
  name: string
  tensor: CheckpointTensor
  place: ModulePlace
  isMatrix: boolean
}

/**
 * Everything about a checkpoint as a GGUF file that can be told without reading its weights.
 * @throws WoolgatherError model-unreadable naming the file, model-unsupported naming what is not imported
 */
export async function planCheckpoint(source: CheckpointSource, files: CheckpointFiles): Promise<MergePlan> {
  const config = await readConfig(files)
  const figures = figuresFor(config)
  const placed = placeTensors(config, figures, await readTensors(files))
  const tokenizer = await readTokenizer(files, config.architecture, figures.vocabulary)
  const values = new Map(figures.tensors)
  const planned: PlannedTensor[] = []
  for (const one of placed) {
    const order = orderOf(config, figures, one)
    if (order !== undefined && one.tensor.shape.length === 1) {
      values.set(one.name, await readOrdered(one.tensor, order))
    } else planned.push(planTensor(config, one, order))
  }
  const model = {
    architecture: config.architecture,
    layers: figures.layers,
    experts: 0,
    heads: figures.heads.query,
    kvHeads: figures.heads.shared,
  }
  const chosen = chooseTypes(planned, model, source.outputType)
  const tensors = planned.map(({ name, shape }, index) => ({
    name,
    shape,
    type: ggmlTypeNumber(chosen[index]!.type)!,
  }))
  const tasks = planned.map(({ task, copied, copy }, index) => {
    const { type } = chosen[index]!
    return { task: { ...task, ...(copied === type && { copy }) }, type }
  })
  for (const [name, floats] of values) {
    tensors.push({ name, shape: [floats.length], type: ggmlTypeNumber('F32')! })
  }
  const metadata = new Map<string, GgufValue>([
    ['general.architecture', { type: 'text', value: config.architecture }],
    ['general.type', { type: 'text', value: 'model' }],
    ['general.name', { type: 'text', value: nameOfModel(source).split('/').at(-1) ?? '' }],
    ...figures.metadata,
    ...fileType(figures, source, tensors),
    ['general.quantization_version', { type: 'u32', value: 2 }],
    ...tokenizer.metadata,
    [provenanceKeys.recipe, { type: 'text', value: JSON.stringify({ ...weightsOf(source), adapters: [] }) }],
  ])
  return {
    gguf: { metadata, tensors },
    tasks,
    values,
    isNew: true,
    ifRefused:
      'Its config.json may be that of another model. Else convert it with llama.cpp’s convert_hf_to_gguf.py, or look for a GGUF of it.',
    notes: typeNotes(chosen),
  }
}

function fileType(
  { saysType }: Figures,
  { outputType }: CheckpointSource,
  tensors: GgufPlan['tensors'],
): [string, GgufValue][] {
  const number = fileTypeNumber(outputType === 'auto' ? inferFileType(tensors) : outputType)
  return saysType && number !== undefined ? [['general.file_type', { type: 'u32', value: number }]] : []
}

/** What other programs leave in a checkpoint: constants that follow from its configuration. */
const constants = /\.(attention\.(masked_)?bias|rotary_emb\.inv_freq)$/
/** Parts that see or hear, which llama.cpp keeps in another file. */
const otherSense = /(^|\.)(vision_|visual\.|audio_|multi_modal_projector\.)/

function placeTensors(
  config: CheckpointConfig,
  figures: Figures,
  tensors: ReadonlyMap<string, CheckpointTensor>,
): Placed[] {
  const { architecture, family } = config
  const placed = new Map<string, Placed>()
  for (const tensor of tensors.values()) {
    if (constants.test(tensor.name) || otherSense.test(tensor.name)) continue
    const published = tensor.name.replace('language_model.', '')
    // Its output layer is its embeddings.
    if (architecture.startsWith('gemma') && published === 'lm_head.weight') continue
    const [, module = '', end = ''] = /^(.+)\.(weight|bias)$/.exec(published) ?? []
    const place = placeOfModule(family, module)
    if (place === undefined || (place.block ?? 0) >= figures.layers) {
      throw unreadable(
        tensor.file,
        `it holds ${tensor.name}, which a ${architecture} model of ${figures.layers} layers does not have`,
        'It may be of a variant that llama.cpp does not know, or config.json of another model.',
      )
    }
    checkFloats(tensor.file, tensor)
    const name = `${place.tensor}.${end}`
    const isMatrix = tensor.shape.length === 2 && end === 'weight'
    checkShape(config, figures, tensor, place, isMatrix)
    placed.set(name, { name, tensor, place, isMatrix })
  }
  const missing = wantedTensors(config, figures).find((name) => !placed.has(name))
  if (missing === undefined) return [...placed.values()]
  throw unreadable(
    { name: [...tensors.values()][0]?.file.name ?? 'model.safetensors' },
    `no file of the model holds ${missing} (as llama.cpp calls it)`,
    'Part of the model is missing: get all its files again, from one place.',
  )
}

function checkShape(
  config: CheckpointConfig,
  { hidden, vocabulary, heads }: Figures,
  { file, name, shape }: CheckpointTensor,
  { part }: ModulePlace,
  isMatrix: boolean,
): void {
  const told = shape.join(' × ')
  const wrong = (wanted: string): never => {
    throw unreadable(
      file,
      `${name} is ${told}, and by config.json it would be ${wanted}`,
      'The files belong to different models: get both from one place.',
    )
  }
  if (shape.length > 2 || shape.length === 0 || shape.includes(0)) wrong('a vector or a matrix')
  if ((part === 'token_embd' || part === 'output') && isMatrix && told !== `${vocabulary} × ${hidden}`) {
    wrong(`${vocabulary} × ${hidden}`)
  }
  if (/^(attn|ffn|output|post_\w+)_norm(_2)?$/.test(part) && told !== `${hidden}`) wrong(`${hidden}`)
  const parts = { attn_q: heads.query, attn_k: heads.shared, attn_qkv: heads.query + 2 * heads.shared }[part]
  const isEven = config.architecture !== 'llama' || (shape[0]! / (parts ?? 1)) % 2 === 0
  if (parts !== undefined && (shape[0]! % parts !== 0 || !isEven)) wrong(`${parts} heads of one size`)
  if (isMatrix && /^(attn_(q|k|v|qkv)|ffn_(gate|up))$/.test(part) && shape[1] !== hidden) {
    wrong(`of ${hidden} columns`)
  }
}

/** What a model cannot be without. */
function wantedTensors({ architecture, family }: CheckpointConfig, { layers }: Figures): string[] {
  // Falcon has one norm or two, by its kind.
  const parts = new Set([...family.inLayer.values()].filter((part) => part !== 'attn_norm_2'))
  const inLayers = Array.from({ length: layers }, (_, block) =>
    [...parts].map((part) => `blk.${block}.${part}.weight`),
  ).flat()
  const outside = ['token_embd.weight', 'output_norm.weight']
  return [...outside, ...(architecture === 'gptneox' ? ['output.weight'] : []), ...inLayers]
}

/** Where its rows come from; undefined: they stay in their order. */
function orderOf(
  { family }: CheckpointConfig,
  { heads }: Figures,
  { tensor, place }: Placed,
): RowOrder | undefined {
  return rowOrder(family, place, tensor.shape[0]!, () => heads)
}

/** A bias, whose elements are in the order of its matrix's rows. */
async function readOrdered({ file, ...tensor }: CheckpointTensor, order: RowOrder): Promise<Float32Array> {
  await using opened = await SafetensorsFile.open(file)
  const values = await opened.readFloats(tensor)
  return values.map((_, row) => values[order(row)]!)
}

interface PlannedTensor extends TypedTensor {
  task: TensorTask
  /** Itself, where it may be taken over byte by byte. */
  copy: StoredTensor
}

/** Vectors are read as 32-bit floats only; matrices are as asked, or as they were published. */
function planTensor(
  { architecture }: CheckpointConfig,
  { name, tensor, place, isMatrix }: Placed,
  order: RowOrder | undefined,
): PlannedTensor {
  const shape = tensor.shape.toReversed()
  const rows = shape[1] ?? 1
  const isShifted = architecture.startsWith('gemma') && !isMatrix && place.part.endsWith('norm')
  const model = tensor.file.name
  const type = tensor.type as FloatType
  const stored: StoredTensor = {
    path: tensor.file.path,
    start: tensor.start,
    type,
    rowBytes: tensor.bytes / rows,
    name,
    shape,
    bakes: new Map(),
    model,
    ...(order && { order: Uint32Array.from({ length: rows }, (_, row) => order(row)) }),
    ...(isShifted && { plus: 1 }),
  }
  return {
    name,
    shape,
    from: [isMatrix ? type : 'F32'],
    copied: order === undefined && !isShifted ? type : undefined,
    copy: stored,
    task: {
      inputs: { name, rows, columns: shape[0]!, models: [model], absent: 0 },
      settings: { method: 'passthrough', shared: {}, models: [{}], seed: 0 },
      models: [stored],
    },
  }
}
