import { byteVocabulary, writeGguf, type GgufTensor, type GgufValue } from '@woolgather/ggml/testing'

const smallModel: Record<string, GgufValue> = {
  'general.architecture': { text: 'llama' },
  'general.name': { text: 'Small' },
  'llama.block_count': { u32: 2 },
  'llama.context_length': { u32: 256 },
  'llama.embedding_length': { u32: 64 },
  'llama.feed_forward_length': { u32: 128 },
  'llama.attention.head_count': { u32: 4 },
  'llama.attention.head_count_kv': { u32: 2 },
  ...byteVocabulary(320),
}

export const smallTensors: readonly GgufTensor[] = [
  zeros('token_embd.weight', [64, 320]),
  zeros('blk.0.attn_q.weight', [64, 64]),
  zeros('blk.1.attn_q.weight', [64, 64]),
  zeros('output_norm.weight', [64]),
]

/** A model file whose header is right and whose weights are few and zero: for reading headers only. */
export function writeSmallModel(
  path: string,
  metadata: Record<string, GgufValue> = {},
  tensors: readonly GgufTensor[] = smallTensors,
): void {
  writeGguf(path, { ...smallModel, ...metadata }, tensors)
}

function zeros(name: string, shape: readonly number[]): GgufTensor {
  const bytes = shape.reduce((product, size) => product * size, 2)
  return { name, type: 'F16', shape, bytes, data: () => new Uint8Array(bytes) }
}
