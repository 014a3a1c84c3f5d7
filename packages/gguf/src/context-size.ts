import type { GgufHeader, HeaderValue } from './format/read-header.ts'

/** The architecture's own figures, without its prefix: `attention.head_count_kv`, `ssm.state_size`. */
export type Figures = ReadonlyMap<string, HeaderValue>

export function figuresOf({ metadata }: Pick<GgufHeader, 'metadata'>, architecture: string): Figures {
  const prefix = `${architecture}.`
  const own = [...metadata].filter(([key]) => key.startsWith(prefix))
  return new Map(own.map(([key, value]) => [key.slice(prefix.length), value]))
}

/** A figure that is one number for the model, or one per block. */
export function figureOf(figures: Figures, key: string, block: number | 'largest'): number | undefined {
  const value = figures.get(key)
  if (typeof value === 'number') return value
  if (!Array.isArray(value)) return undefined
  return block === 'largest' ? Math.max(...value) : value[block]
}

/** Bytes of a key or a value in the cache: F16. */
const valueBytes = 2

/**
 * Bytes of KV cache that a token takes in a block: 2 · KV heads · (key length + value length). Sliding windows count as
 * full attention, so models with them take less.
 */
export function cacheBytesPerToken(figures: Figures, embeddingSize: number, block: number): number {
  const heads = figureOf(figures, 'attention.head_count', block) ?? 0
  const kvHeads = figureOf(figures, 'attention.head_count_kv', block) ?? heads
  const headSize = heads > 0 ? embeddingSize / heads : 0
  const key = figureOf(figures, 'attention.key_length', block) ?? headSize
  const value = figureOf(figures, 'attention.value_length', block) ?? headSize
  return valueBytes * kvHeads * (key + value)
}

/** The same of all blocks. */
export function contextBytesPerToken(figures: Figures): number {
  const blocks = Math.min(figureOf(figures, 'block_count', 0) ?? 0, mostBlocks)
  const embeddingSize = figureOf(figures, 'embedding_length', 0) ?? 0
  let bytes = 0
  for (let block = 0; block < blocks; block++) bytes += cacheBytesPerToken(figures, embeddingSize, block)
  return bytes
}

/** llama.cpp's LLAMA_MAX_LAYERS: a file may say anything. */
const mostBlocks = 512

/** Bytes of memory that a model takes with so many tokens of context: its file, and the cache. */
export function memoryAt(
  { bytes, contextBytes = 0 }: { bytes: number; contextBytes?: number },
  tokens: number,
): number {
  return bytes + contextBytes * tokens
}
