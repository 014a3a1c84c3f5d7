import { figureOf, type Figures } from './context-size.ts'
import type { GgufHeader } from './format/read-header.ts'

/** By what the matrices of a model's blocks are as large as they are. */
export interface ModelSizes {
  width: number
  blocks: number
  vocabulary: number
  heads: number
  /** Heads of keys and values. */
  groups: number
  keySize: number
  valueSize: number
  feedForward: number
}

/** Absent where the file does not say all of it. */
export function sizesOf({ tensors }: Pick<GgufHeader, 'tensors'>, figures: Figures): { sizes?: ModelSizes } {
  const figure = (key: string): number | undefined => figureOf(figures, key, 'largest')
  const [width, blocks, heads] = ['embedding_length', 'block_count', 'attention.head_count'].map(figure)
  const feedForward = figure('feed_forward_length')
  const vocabulary = tensors.find(({ name }) => name === 'token_embd.weight')?.shape[1]
  if (!width || !blocks || !heads || !feedForward || !vocabulary) return {}
  const keySize = figure('attention.key_length') ?? width / heads
  return {
    sizes: {
      ...{ width, blocks, vocabulary, heads, feedForward, keySize },
      groups: figure('attention.head_count_kv') ?? heads,
      valueSize: figure('attention.value_length') ?? keySize,
    },
  }
}
