import type { TensorType } from '@woolgather/ggml'
import { placeOf } from '@woolgather/merge'
import type { OutputType } from '@woolgather/workflow'

/** What decides the type of a tensor of the result. */
export interface TypedTensor {
  name: string
  shape: readonly number[]
  /** Types it has in the models. */
  from: readonly TensorType[]
}

export interface TypedModel {
  layers: number
  /** Whether the embeddings are the output layer, too. */
  tied: boolean
}

/** From the most precise on; F16 and BF16 each hold what the other does not. */
const byPrecision: readonly TensorType[] = [
  'F32',
  'F16',
  'BF16',
  'Q8_0',
  'Q6_K',
  'Q5_K',
  'Q5_1',
  'Q5_0',
  'Q4_K',
  'Q4_1',
  'IQ4_NL',
  'IQ4_XS',
  'Q4_0',
  'Q3_K',
  'Q2_K',
]

/** Types whose rows are blocks of 256, and what stands in for them where rows are not: as llama.cpp's quantiser does. */
const instead: Partial<Record<TensorType, TensorType>> = {
  Q2_K: 'IQ4_NL',
  Q3_K: 'IQ4_NL',
  IQ4_XS: 'IQ4_NL',
  Q4_K: 'Q5_0',
  Q5_K: 'Q5_1',
  Q6_K: 'Q8_0',
}

/** The type of a tensor in a result of this kind, and what it would be if its rows were long enough. */
export function chooseType(
  tensor: TypedTensor,
  model: TypedModel,
  output: OutputType,
): { type: TensorType; wanted: TensorType } {
  const wanted = output === 'auto' ? mostPrecise(tensor.from) : typeIn(tensor, model, output)
  return { type: fitRows(wanted, tensor.shape[0] ?? 1), wanted }
}

function mostPrecise(types: readonly TensorType[]): TensorType {
  if (types.includes('F16') && types.includes('BF16')) return 'F32'
  return byPrecision.find((type) => types.includes(type)) ?? 'F32'
}

function fitRows(type: TensorType, rowLength: number): TensorType {
  const fitting = rowLength % 256 === 0 ? type : (instead[type] ?? type)
  const isFloat = fitting === 'F32' || fitting === 'F16' || fitting === 'BF16'
  return isFloat || rowLength % 32 === 0 ? fitting : 'F16'
}

function typeIn(
  { name, shape }: TypedTensor,
  { layers, tied }: TypedModel,
  output: Exclude<OutputType, 'auto'>,
): TensorType {
  const { layer = 0, part } = placeOf(name)
  // Norms, biases and the routers of experts are small, and what little they hold matters.
  if (output === 'F32' || shape.length < 2 || !name.endsWith('.weight') || part === 'ffn_gate_inp.weight')
    return 'F32'
  if (output === 'F16' || output === 'BF16' || output === 'Q8_0') return output
  if (name === 'output.weight' || (tied && name === 'token_embd.weight')) return 'Q6_K'
  return mixes[output]?.(part, layer, layers) ?? plain(output)
}

/** The type that most of a model has. */
function plain(output: Exclude<OutputType, 'auto'>): TensorType {
  return output.replace(/_[SM]$/, '') as TensorType
}

type Mix = (part: string, layer: number, layers: number) => TensorType | undefined

/** Where llama.cpp's quantiser spends more bits: the tensors whose errors do the most harm. */
const mixes: Partial<Record<OutputType, Mix>> = {
  Q2_K: (part) => (/^(attn_v|attn_output|ffn_down)\./.test(part) ? 'Q3_K' : undefined),
  Q3_K_M: (part, layer, layers) => {
    if (part.startsWith('attn_v.')) return layer < 2 ? 'Q5_K' : 'Q4_K'
    if (part.startsWith('ffn_down.')) return layer < layers / 16 ? 'Q5_K' : 'Q4_K'
    return part.startsWith('attn_output.') ? 'Q4_K' : undefined
  },
  Q4_K_S: (part, layer, layers) => {
    if (part.startsWith('attn_v.')) return layer < 4 ? 'Q5_K' : undefined
    return part.startsWith('ffn_down.') && layer < layers / 8 ? 'Q5_K' : undefined
  },
  Q4_K_M: moreBits,
  Q5_K_M: moreBits,
}

function moreBits(part: string, layer: number, layers: number): TensorType | undefined {
  if (!/^(attn_v|attn_qkv|ffn_down)\./.test(part)) return undefined
  const eighth = Math.floor(layers / 8)
  const outer = layer < eighth || layer >= Math.floor((7 * layers) / 8)
  return outer || (layer - eighth) % 3 === 2 ? 'Q6_K' : undefined
}
