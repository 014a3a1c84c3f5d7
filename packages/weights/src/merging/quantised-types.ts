import type { TensorType } from '@woolgather/ggml'
import { placeOf } from '@woolgather/merge'
import type { OutputType } from '@woolgather/workflow'
import { type Branch } from './branch.ts'
import { architectureOf } from '../sources/architecture-of.ts'
import type { LayerOf } from './place-tensors.ts'

/** What llama.cpp's quantiser goes by of a model, besides its tensors. */
export interface QuantisedModel {
  architecture: string
  /** All of them, those that predict several tokens included. */
  layers: number
  /** Experts of a layer; 0 where there are none. */
  experts: number
  /** Of the first layer. */
  heads: number
  kvHeads: number
}

/**
 * @param layers how many the result has, which may be others than those of the model it takes after
 * @param first the first of them
 */
export function quantisedModel(
  lead: Branch,
  layers: number,
  first: LayerOf = { branch: lead, layer: 0 },
): QuantisedModel {
  const architecture = architectureOf(lead)
  const { metadata } = first.branch.file.header
  const figure = (name: string): number => {
    const value = metadata.get(`${architecture}.${name}`)
    const own = Array.isArray(value) ? value[first.layer] : value
    return typeof own === 'number' ? own : 0
  }
  const heads = figure('attention.head_count')
  const hasKvHeads = metadata.has(`${architecture}.attention.head_count_kv`)
  const kvHeads = hasKvHeads ? figure('attention.head_count_kv') : heads
  return { architecture, layers, experts: figure('expert_count'), heads, kvHeads }
}

interface Tensor {
  name: string
  /** Row length first. */
  shape: readonly number[]
}

/** Everything else is the same whatever the type that is asked for. */
type Quantised = Exclude<OutputType, 'auto'>

/**
 * Parts of names that llama.cpp's quantiser leaves as they are: small, and what little they hold matters, or read by
 * operations that know no other type. Written as another type, a convolution or a decay ends the process that runs it.
 */
const leftAlone: readonly string[] = [
  '_norm.weight',
  'ffn_gate_inp.weight',
  'ffn_gate_tid2eid.weight',
  'altup',
  'laurel',
  'per_layer_model_proj',
  'ssm_conv1d',
  'shortconv.conv.weight',
  'indexer.k_proj.weight',
  'indexer.q_proj.weight',
  ...['first', 'w0', 'w1', 'w2', 'v0', 'v1', 'v2', 'a0', 'a1', 'a2', 'g1', 'g2'].map(
    (part) => `time_mix_${part}.weight`,
  ),
  'time_mix_decay_w1.weight',
  'time_mix_decay_w2.weight',
  'time_mix_lerp_fused.weight',
  'attn_rel_b.weight',
  '.position_embd',
  'sam.pos_embd',
  'sam.neck.',
  'sam.net_',
  '.rel_pos',
  '.patch_embd',
  '.patch_merger',
  'a.rvq.codebook',
  'mm.a.code_embd',
]
const leftWhole: ReadonlySet<string> = new Set(['position_embd.weight', 'token_types.weight'])

/** Whether llama.cpp's quantiser changes the type of a tensor at all. */
export function isQuantised({ name, shape }: Tensor): boolean {
  const dimensions = shape.findLastIndex((size) => size > 1) + 1
  if (dimensions < 2 || !name.endsWith('weight') || leftWhole.has(name)) return false
  return !leftAlone.some((part) => name.includes(part))
}

type Role = 'output' | 'embeddings' | 'qkv' | 'kv_b' | 'v' | 'k' | 'attn_output' | 'down' | 'other'

/** In this order, the first counting. */
const roles: readonly (readonly [string, Role])[] = [
  ['attn_qkv.weight', 'qkv'],
  ['attn_kv_b.weight', 'kv_b'],
  ['attn_v.weight', 'v'],
  ['attn_k.weight', 'k'],
  ['attn_q.weight', 'other'],
  ['attn_output.weight', 'attn_output'],
  ['ffn_up', 'other'],
  ['ffn_gate', 'other'],
  ['ffn_down', 'down'],
]

function roleOf(name: string): Role {
  if (name === 'output.weight') return 'output'
  if (name === 'token_embd.weight' || name === 'per_layer_token_embd.weight') return 'embeddings'
  return roles.find(([part]) => name.includes(part))?.[1] ?? 'other'
}

function isValue(role: Role): boolean {
  return role === 'v' || role === 'qkv' || role === 'kv_b'
}

/** In the order in which llama.cpp's quantiser counts them. */
function inOrder(tensors: readonly Tensor[]): Tensor[] {
  const layerOf = (name: string): number => placeOf(name).layer ?? -1
  return tensors.toSorted(
    (a, b) => layerOf(a.name) - layerOf(b.name) || Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)),
  )
}

/**
 * The type that llama-quantize gives each tensor of which it changes the type, rows being long enough for it.
 * @param tensors all that the file holds: which are there decides, too
 */
export function quantisedTypes(
  tensors: readonly Tensor[],
  model: QuantisedModel,
  output: Quantised,
): ReadonlyMap<string, TensorType> {
  const changed = inOrder(tensors).filter(isQuantised)
  if (output === 'F32' || output === 'F16' || output === 'BF16')
    return new Map(changed.map(({ name }) => [name, output]))
  const counted = new Counted(tensors, model)
  return new Map(changed.map((tensor) => [tensor.name, typeIn(tensor, counted, output)]))
}

/** How far the quantiser has come: tensors of a kind are told apart by their number. */
class Counted {
  readonly model: QuantisedModel
  readonly values: number
  readonly tied: boolean
  value = 0
  #down = 0

  constructor(tensors: readonly Tensor[], model: QuantisedModel) {
    this.model = model
    this.values = tensors.filter(({ name }) => isValue(roleOf(name))).length
    this.tied = !tensors.some(({ name }) => name === 'output.weight')
  }

  /** The layer of the next `ffn_down`: where there are experts, the one in its name. */
  down(name: string): number {
    const own = this.#down++
    return this.model.experts > 1 ? (placeOf(name).layer ?? own) : own
  }
}

function typeIn({ name, shape }: Tensor, counted: Counted, output: Quantised): TensorType {
  const plain = plainType(output)
  const role = roleOf(name)
  const { architecture, experts } = counted.model
  if (role === 'output' || (counted.tied && role === 'embeddings')) {
    if (architecture === 'falcon' || shape[0]! % blockOf(plain) !== 0) return 'Q8_0'
    return plain === 'Q8_0' ? plain : 'Q6_K'
  }
  if (isValue(role)) return valueType(counted, output, plain)
  if (role === 'k' && experts === 8) return 'Q8_0'
  if (role === 'down') return downType(counted.down(name), counted.model, output) ?? plain
  if (role === 'attn_output') return attentionOutputType(counted.model, output) ?? plain
  return plain
}

/** The type that most of a model has. */
function plainType(output: Quantised): TensorType {
  return output.replace(/_[SM]$/, '') as TensorType
}

function blockOf(type: TensorType): number {
  return type.endsWith('_K') ? 256 : 32
}

function valueType(counted: Counted, output: Quantised, plain: TensorType): TensorType {
  const number = counted.value++
  const { model, values } = counted
  if (model.experts === 8) return 'Q8_0'
  const type = mixedValueType(number, values, model, output) ?? plain
  return isLarge(model) && (type === 'Q3_K' || type === 'Q4_K') ? 'Q5_K' : type
}

function mixedValueType(
  number: number,
  values: number,
  { heads, kvHeads }: QuantisedModel,
  output: Quantised,
): TensorType | undefined {
  const shared = kvHeads === 0 ? 0 : Math.floor(heads / kvHeads)
  switch (output) {
    case 'Q2_K':
      return shared >= 4 ? 'Q4_K' : 'Q3_K'
    case 'Q3_K_M':
      return number < 2 ? 'Q5_K' : 'Q4_K'
    case 'Q4_K_S':
      return number < 4 ? 'Q5_K' : undefined
    case 'Q4_K_M':
    case 'Q5_K_M':
      return matters(number, values) ? 'Q6_K' : undefined
    case 'IQ4_NL':
      return shared >= 4 ? 'Q5_K' : undefined
    default:
      return undefined
  }
}

function downType(
  layer: number,
  { architecture, layers }: QuantisedModel,
  output: Quantised,
): TensorType | undefined {
  const isFalcon = architecture === 'falcon'
  const inFirst = (share: number): boolean => layer < Math.floor(layers / share)
  switch (output) {
    case 'Q2_K':
      return 'Q3_K'
    case 'Q3_K_M':
      if (inFirst(16)) return 'Q5_K'
      return !isFalcon || matters(layer, layers) ? 'Q4_K' : 'Q3_K'
    case 'Q4_K_M':
      if (isFalcon && !inFirst(16)) return matters(layer, layers) ? 'Q5_K' : undefined
      return isFalcon || matters(layer, layers) ? 'Q6_K' : undefined
    case 'Q5_K_M':
      return matters(layer, layers) ? 'Q6_K' : undefined
    case 'Q4_K_S':
      return !isFalcon && inFirst(8) ? 'Q5_K' : undefined
    case 'IQ4_NL':
      return inFirst(8) ? 'Q5_K' : undefined
    default:
      return undefined
  }
}

function attentionOutputType(
  { architecture, experts }: QuantisedModel,
  output: Quantised,
): TensorType | undefined {
  if (architecture === 'falcon') return undefined
  if (experts === 8)
    return ['Q2_K', 'Q3_K_M', 'IQ4_NL', 'Q4_K_S', 'Q4_K_M'].includes(output) ? 'Q5_K' : undefined
  if (output === 'Q2_K') return 'Q3_K'
  return output === 'Q3_K_M' ? 'Q4_K' : undefined
}

/** The outer eighths of the layers, and every third between. */
function matters(layer: number, layers: number): boolean {
  const eighth = Math.floor(layers / 8)
  return layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2
}

/** What llama.cpp takes for a model of 70 billion parameters, whose few values are worth more bits. */
function isLarge({ architecture, layers, heads, kvHeads, experts }: QuantisedModel): boolean {
  if (architecture === 'llama') return layers === 80 && experts !== 8 && heads !== kvHeads
  if (architecture === 'jais2') return layers === 68
  return layers === 80 && ['qwen2', 'deci', 'olmo'].includes(architecture)
}
