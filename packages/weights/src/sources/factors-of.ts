import type { GgufFile, GgufTensor } from '@woolgather/gguf'

/** ggml's number of 32-bit floats. */
const f32 = 0

/**
 * Factors that llama.cpp multiplies the product of a matrix by (NVFP4, BitNet): one, or one for each expert. A LoRA is
 * added after that.
 * @returns undefined where there are none
 */
export async function factorsOf(
  file: GgufFile,
  { name, shape }: Pick<GgufTensor, 'name' | 'shape'>,
): Promise<Float32Array | undefined> {
  const scale = file.tensor(name.replace(/\.weight$/, '.scale'))
  if (scale === undefined || scale.name === name) return undefined
  // Of another size it is something else: Gemma 4 has one of a router's inputs.
  if (![1, shape[2] ?? 1].includes(scale.elements) || scale.type !== f32) return undefined
  const bytes = await file.readRows(scale, 0, scale.rows)
  return new Float32Array(bytes.buffer, bytes.byteOffset, scale.elements)
}
