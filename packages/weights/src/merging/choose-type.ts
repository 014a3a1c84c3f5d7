import type { TensorType } from '@woolgather/ggml'
import type { OutputType } from '@woolgather/workflow'
import { quantisedTypes, type QuantisedModel } from './quantised-types.ts'

/** What decides the type of a tensor of the result. */
export interface TypedTensor {
  name: string
  /** Row length first. */
  shape: readonly number[]
  /** Types of weights that it has in the models. */
  from: readonly TensorType[]
  /** The type of the one that it is unchanged. */
  copied: TensorType | undefined
}

export interface ChosenType {
  type: TensorType
  /** Where it is another than was asked for. */
  inPlaceOf?: { type: TensorType; because: 'row-length' | 'importance' }
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
  'NVFP4',
  'MXFP4',
  'IQ3_S',
  'Q3_K',
  'IQ3_XXS',
  'Q2_K',
  'IQ2_S',
  'IQ2_XS',
  'IQ2_XXS',
  'Q2_0',
  'TQ2_0',
  'TQ1_0',
  'IQ1_M',
  'IQ1_S',
  'Q1_0',
]

/**
 * Types that hold only what a model was trained in, or what was chosen by measurements of a text (an importance
 * matrix). Anything else that is written so is ruined.
 */
const notWritten: ReadonlySet<TensorType> = new Set<TensorType>([
  'IQ3_XXS',
  'IQ2_S',
  'IQ2_XS',
  'IQ2_XXS',
  'IQ1_M',
  'IQ1_S',
  'Q2_0',
  'Q1_0',
  'TQ2_0',
  'TQ1_0',
])
/** What they are written as, close enough to keep what they hold. */
const writtenAs = 'Q4_K'

/** Rows that a type cannot hold, and what stands in for it: as in llama.cpp's quantiser. */
const instead: Partial<Record<TensorType, TensorType>> = {
  Q2_K: 'Q4_0',
  Q3_K: 'Q4_0',
  IQ3_S: 'IQ4_NL',
  IQ4_XS: 'IQ4_NL',
  Q4_K: 'Q5_0',
  Q5_K: 'Q5_1',
  Q6_K: 'Q8_0',
}

/** The type of every tensor of a result, in the order given. */
export function chooseTypes(
  tensors: readonly TypedTensor[],
  model: QuantisedModel,
  output: OutputType,
): ChosenType[] {
  const types = output === 'auto' ? undefined : quantisedTypes(tensors, model, output)
  return tensors.map((tensor) => {
    const wanted = types?.get(tensor.name)
    return wanted === undefined ? keptType(tensor) : fitRows(wanted, tensor.shape[0] ?? 1)
  })
}

/** What `auto` gives a tensor. */
function keptType({ from, shape, copied }: TypedTensor): ChosenType {
  const type = mostPrecise(from)
  if (copied === type || !notWritten.has(type)) return { type }
  return {
    type: fitRows(writtenAs, shape[0] ?? 1).type,
    inPlaceOf: { type, because: 'importance' },
  }
}

function mostPrecise(types: readonly TensorType[]): TensorType {
  if (types.includes('F16') && types.includes('BF16')) return 'F32'
  return byPrecision.find((type) => types.includes(type)) ?? 'F32'
}

const floats: readonly TensorType[] = ['F32', 'F16', 'BF16']

function fitRows(wanted: TensorType, rowLength: number): ChosenType {
  if (floats.includes(wanted)) return { type: wanted }
  const fallback = rowLength % 256 === 0 ? wanted : (instead[wanted] ?? wanted)
  const type = rowLength % 32 === 0 ? fallback : 'F16'
  return type === wanted ? { type } : { type, inPlaceOf: { type: wanted, because: 'row-length' } }
}
