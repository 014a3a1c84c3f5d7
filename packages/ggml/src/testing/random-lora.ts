import { loadNative } from '../load-native.ts'
import { quantizeRows, rowBytes } from '../quantize.ts'
import type { CApi } from '../c-api.ts'
import { randomValues } from './random-model.ts'
import { writeGguf } from './write-gguf.ts'
import type { GgufTensor } from './write-gguf.ts'

export interface RandomLoraOptions {
  seed?: number
  rank?: number
  alpha?: number
  layers?: number
  embeddingSize?: number
  architecture?: string
  /** Standard deviation of A and B's product, per input unit. */
  scale?: number
}

const tiny: Required<RandomLoraOptions> = {
  seed: 1,
  rank: 4,
  alpha: 4,
  layers: 2,
  embeddingSize: 64,
  architecture: 'llama',
  scale: 1,
}

/** A LoRA over the query and output projections of every layer, with seeded random weights. */
export async function writeRandomLora(path: string, options: RandomLoraOptions = {}): Promise<void> {
  const { api } = await loadNative()
  const shape = { ...tiny, ...options }
  const metadata = {
    'general.type': { text: 'adapter' },
    'general.architecture': { text: shape.architecture },
    'adapter.type': { text: 'lora' },
    'adapter.lora.alpha': { f32: shape.alpha },
  }
  const tensors = Array.from({ length: shape.layers }, (_, layer) => [
    ...pair(api, shape, `blk.${layer}.attn_q.weight`, shape.seed + 4 * layer),
    ...pair(api, shape, `blk.${layer}.attn_output.weight`, shape.seed + 4 * layer + 2),
  ])
  writeGguf(path, metadata, tensors.flat())
}

function pair(api: CApi, shape: Required<RandomLoraOptions>, target: string, seed: number): GgufTensor[] {
  const { embeddingSize, rank, scale } = shape
  return [
    matrix(api, `${target}.lora_a`, embeddingSize, rank, seed, Math.sqrt(scale / embeddingSize)),
    matrix(api, `${target}.lora_b`, rank, embeddingSize, seed + 1, Math.sqrt(scale / rank)),
  ]
}

function matrix(
  api: CApi,
  name: string,
  columns: number,
  rows: number,
  seed: number,
  deviation: number,
): GgufTensor {
  return {
    name,
    type: 'F32',
    shape: [columns, rows],
    bytes: rowBytes(api, 'F32', columns) * rows,
    data: () => quantizeRows(api, 'F32', randomValues(seed, columns * rows, deviation), columns),
  }
}
