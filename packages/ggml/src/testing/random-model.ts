import { loadNative } from '../load-native.ts'
import { quantizeRows, rowBytes } from '../quantize.ts'
import type { TensorType } from '../quantize.ts'
import type { CApi } from '../c-api.ts'
import { byteVocabulary } from './byte-vocabulary.ts'
import { writeGguf } from './write-gguf.ts'
import type { GgufTensor, GgufValue } from './write-gguf.ts'

export interface RandomModelOptions {
  seed?: number
  /** Type of the matrices; norms stay F32. */
  type?: TensorType
  vocabSize?: number
  layers?: number
  embeddingSize?: number
  feedForwardSize?: number
  heads?: number
  kvHeads?: number
  contextSize?: number
  chatTemplate?: string
  name?: string
  /** One whose tensors are llama's, such as llada. */
  architecture?: string
  /** Replaces or adds metadata, for files that should be refused. */
  metadata?: Record<string, GgufValue>
}

type Shape = Required<Omit<RandomModelOptions, 'chatTemplate' | 'metadata'>>

const tiny: Shape = {
  seed: 1,
  type: 'F32',
  vocabSize: 320,
  layers: 2,
  embeddingSize: 64,
  feedForwardSize: 128,
  heads: 4,
  kvHeads: 2,
  contextSize: 2048,
  name: 'random',
  architecture: 'llama',
}

/** About 43 million parameters, for benchmarks. */
export const model43M: RandomModelOptions = {
  vocabSize: 8192,
  layers: 12,
  embeddingSize: 512,
  feedForwardSize: 1408,
  heads: 8,
  kvHeads: 8,
  contextSize: 4096,
  name: 'random 43M',
}

/** A llama model with seeded random weights: it computes like a real one and writes nonsense. */
export async function writeRandomModel(path: string, options: RandomModelOptions = {}): Promise<void> {
  const { api } = await loadNative()
  const shape: Shape = { ...tiny, ...options }
  const template: Record<string, GgufValue> = options.chatTemplate
    ? { 'tokenizer.chat_template': { text: options.chatTemplate } }
    : {}
  const metadata = {
    ...describe(shape),
    ...byteVocabulary(shape.vocabSize),
    ...template,
    ...options.metadata,
  }
  writeGguf(path, metadata, listTensors(api, shape))
}

function describe(shape: Shape): Record<string, GgufValue> {
  return {
    'general.architecture': { text: shape.architecture },
    'general.name': { text: shape.name },
    [`${shape.architecture}.block_count`]: { u32: shape.layers },
    [`${shape.architecture}.context_length`]: { u32: shape.contextSize },
    [`${shape.architecture}.embedding_length`]: { u32: shape.embeddingSize },
    [`${shape.architecture}.feed_forward_length`]: { u32: shape.feedForwardSize },
    [`${shape.architecture}.attention.head_count`]: { u32: shape.heads },
    [`${shape.architecture}.attention.head_count_kv`]: { u32: shape.kvHeads },
    [`${shape.architecture}.attention.layer_norm_rms_epsilon`]: { f32: 1e-5 },
    [`${shape.architecture}.rope.dimension_count`]: { u32: shape.embeddingSize / shape.heads },
    [`${shape.architecture}.vocab_size`]: { u32: shape.vocabSize },
  }
}

function listTensors(api: CApi, shape: Shape): GgufTensor[] {
  const { embeddingSize: embedding, feedForwardSize: feedForward, vocabSize, type } = shape
  const kv = (embedding / shape.heads) * shape.kvHeads
  let seed = shape.seed
  const matrix = (name: string, columns: number, rows: number, scale = 1): GgufTensor => {
    const own = seed++
    return {
      name,
      type,
      shape: [columns, rows],
      bytes: rowBytes(api, type, columns) * rows,
      data: () =>
        quantizeRows(api, type, randomValues(own, columns * rows, scale / Math.sqrt(columns)), columns),
    }
  }
  const blocks = Array.from({ length: shape.layers }, (_, index) => {
    const block = `blk.${index}`
    return [
      norm(`${block}.attn_norm.weight`, embedding),
      matrix(`${block}.attn_q.weight`, embedding, embedding, 2),
      matrix(`${block}.attn_k.weight`, embedding, kv, 2),
      matrix(`${block}.attn_v.weight`, embedding, kv),
      matrix(`${block}.attn_output.weight`, embedding, embedding),
      norm(`${block}.ffn_norm.weight`, embedding),
      matrix(`${block}.ffn_gate.weight`, embedding, feedForward),
      matrix(`${block}.ffn_up.weight`, embedding, feedForward),
      matrix(`${block}.ffn_down.weight`, feedForward, embedding),
    ]
  })
  return [
    matrix('token_embd.weight', embedding, vocabSize, Math.sqrt(embedding)),
    ...blocks.flat(),
    norm('output_norm.weight', embedding),
    matrix('output.weight', embedding, vocabSize, 2),
  ]
}

function norm(name: string, size: number): GgufTensor {
  const ones = new Float32Array(size).fill(1)
  return { name, type: 'F32', shape: [size], bytes: size * 4, data: () => new Uint8Array(ones.buffer) }
}

/** Seeded, with mean 0 and standard deviation `deviation` (uniform: quicker than normal, and enough here). */
export function randomValues(seed: number, count: number, deviation: number): Float32Array {
  const values = new Float32Array(new ArrayBuffer(count * 4))
  const scale = (deviation * Math.sqrt(12)) / 2 ** 32
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x6d2b79f5) | 0 || 1
  for (let index = 0; index < count; index++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    values[index] = state * scale
  }
  return values
}
