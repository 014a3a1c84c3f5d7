import type { GgufHeader } from './format/read-header.ts'

/** What a person chooses a model file by. */
export interface ModelSummary {
  kind: 'model' | 'lora' | 'vector'
  bytes: number
  /** `general.architecture`, e.g. `llama`. */
  architecture: string
  /** e.g. `F16`, `Q4_K_M`; empty where the file does not say. */
  quantization: string
  parameters: number
  name: string
}

/** Numbers of `general.file_type`, as llama.cpp's `llama_ftype`. */
const fileTypes: Record<number, string> = {
  0: 'F32',
  1: 'F16',
  2: 'Q4_0',
  3: 'Q4_1',
  7: 'Q8_0',
  8: 'Q5_0',
  9: 'Q5_1',
  10: 'Q2_K',
  11: 'Q3_K_S',
  12: 'Q3_K_M',
  13: 'Q3_K_L',
  14: 'Q4_K_S',
  15: 'Q4_K_M',
  16: 'Q5_K_S',
  17: 'Q5_K_M',
  18: 'Q6_K',
  19: 'IQ2_XXS',
  20: 'IQ2_XS',
  21: 'Q2_K_S',
  22: 'IQ3_XS',
  23: 'IQ3_XXS',
  24: 'IQ1_S',
  25: 'IQ4_NL',
  26: 'IQ3_S',
  27: 'IQ3_M',
  28: 'IQ2_S',
  29: 'IQ2_M',
  30: 'IQ4_XS',
  31: 'IQ1_M',
  32: 'BF16',
  36: 'TQ1_0',
  37: 'TQ2_0',
  38: 'MXFP4',
}

/** Sums up a header. `parameters` counts the elements of all tensors. */
export function describeModel({ metadata, tensors, fileBytes }: GgufHeader): ModelSummary {
  const text = (key: string): string => {
    const value = metadata.get(key)
    return typeof value === 'string' ? value : ''
  }
  const architecture = text('general.architecture')
  const fileType = metadata.get('general.file_type')
  return {
    kind: architecture === 'controlvector' ? 'vector' : text('general.type') === 'adapter' ? 'lora' : 'model',
    bytes: fileBytes,
    architecture,
    quantization: typeof fileType === 'number' ? (fileTypes[fileType] ?? '') : '',
    parameters: tensors.reduce(
      (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
      0,
    ),
    name: text('general.name'),
  }
}
