import { readLoraFile, type LoraFile, type LoraMatrix } from '@woolgather/gguf'
import { WoolgatherError } from '@woolgather/workflow'
import type { Adapter } from '../graph/layers.ts'
import { f32, type Tensor } from '../graph/tensor.ts'
import { Tensors, writeFloats, type Device } from './base-model.ts'
import type { ModelShape } from '../graph/model-shape.ts'

/** Matrices of blocks that a LoRA may change here. */
export const adaptable: RegExp =
  /^blk\.(\d+)\.(attn_qkv|attn_q|attn_k|attn_v|attn_output|ffn_gate|ffn_up|ffn_down)\.weight$/

/**
 * A LoRA file, checked to be one of this model's.
 * @throws WoolgatherError adapter-mismatch
 */
export async function readLoraOf(
  path: string,
  { architecture }: ModelShape,
  weights: ReadonlyMap<string, Tensor>,
): Promise<LoraFile> {
  const lora = await readLoraFile(path)
  if (lora.architecture !== architecture) {
    throw mismatch(`A LoRA is for ${lora.architecture} models; this one is ${architecture}.`)
  }
  for (const { tensor, rows, columns } of lora.matrices) {
    const weight = weights.get(tensor)
    if (weight === undefined || weight.shape[0] !== columns || weight.shape[1] !== rows) {
      throw mismatch(`A LoRA is for another model: ${tensor} is ${columns} × ${rows} there.`)
    }
    if (!adaptable.test(tensor))
      throw mismatch(`A LoRA changes ${tensor}, which cannot be trained on top of.`)
  }
  return lora
}

/** LoRAs that belong to the model while another is trained on top of them. */
export async function loadFixed(
  device: Device,
  shape: ModelShape,
  weights: ReadonlyMap<string, Tensor>,
  stack: readonly { path: string; strength: number }[],
): Promise<{ tensors: Tensors; fixed: ReadonlyMap<string, readonly Adapter[]> }> {
  const loras = await Promise.all(
    stack.map(async ({ path, strength }) => ({ strength, lora: await readLoraOf(path, shape, weights) })),
  )
  const matrices = loras.flatMap(({ lora, strength }) =>
    lora.matrices.map((matrix) => ({
      matrix,
      scale: (strength * (lora.alpha || matrix.rank)) / matrix.rank,
    })),
  )
  const tensors = new Tensors(device, matrices.length * 2 + 1)
  const made = matrices.map(({ matrix, scale }) => ({
    matrix,
    scale,
    a: tensors.make(f32, [matrix.columns, matrix.rank]),
    b: tensors.make(f32, [matrix.rows, matrix.rank]),
  }))
  tensors.make(f32, [1])
  tensors.allocate()
  const fixed = new Map<string, Adapter[]>()
  for (const { matrix, a, b, scale } of made) {
    writeFloats(device, a, matrix.a)
    writeFloats(device, b, turnedB(matrix))
    fixed.set(matrix.tensor, [...(fixed.get(matrix.tensor) ?? []), { a, b, scale }])
  }
  return { tensors, fixed }
}

/** B as it lies in memory here: transposed. */
export function turnedB({ b, rows, rank }: LoraMatrix): Float32Array {
  const turned = new Float32Array(b.length)
  for (let row = 0; row < rows; row++)
    for (let r = 0; r < rank; r++) turned[r * rows + row] = b[row * rank + r]!
  return turned
}

function mismatch(message: string): WoolgatherError {
  return new WoolgatherError('adapter-mismatch', message, {
    input: 'model',
    hint: 'Train on the model without it, or bake it into the model first.',
  })
}
