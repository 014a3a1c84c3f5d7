import { ggmlTypes } from './format/ggml-types.ts'

/** Numbers of `general.file_type`, as llama.cpp's `llama_ftype`. */
const fileTypes: Readonly<Record<number, string>> = {
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

const numbers: ReadonlyMap<string, number> = new Map(
  Object.entries(fileTypes).map(([number, name]) => [name, Number(number)]),
)

/** Set by llama.cpp beside the number where it only guessed it. */
const guessed = 1024

/** What llama-quantize calls a type, e.g. `Q4_K_M`; absent where the number is not known. */
export function fileTypeName(number: unknown): string | undefined {
  return typeof number === 'number' ? fileTypes[number & ~guessed] : undefined
}

export function fileTypeNumber(name: string): number | undefined {
  return numbers.get(name)
}

/** Types of tensors that stand for several of files: the mix that is made most. */
const usualMix: Readonly<Record<string, string>> = { Q3_K: 'Q3_K_M', Q4_K: 'Q4_K_M', Q5_K: 'Q5_K_M' }

/**
 * What a file would be called by its tensors: by the type of most elements of its blocks' matrices. Embeddings and the
 * output layer are kept more precise, and may be most of a small model. Empty where there are no matrices.
 */
export function inferFileType(
  tensors: readonly { name: string; shape: readonly number[]; type: number }[],
): string {
  const matrices = tensors.filter(({ shape }) => shape.length > 1)
  const ofBlocks = matrices.filter(({ name }) => /(^|\.)blk\.\d+\./.test(name))
  const elements = new Map<string, number>()
  for (const { shape, type } of ofBlocks.length > 0 ? ofBlocks : matrices) {
    const name = ggmlTypes.get(type)?.name ?? ''
    elements.set(name, (elements.get(name) ?? 0) + shape.reduce((product, size) => product * size, 1))
  }
  const [most] = [...elements].toSorted(([, a], [, b]) => b - a)
  const name = most?.[0] ?? ''
  return usualMix[name] ?? name
}
