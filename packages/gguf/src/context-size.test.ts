import { expect, test } from 'vitest'
import type { HeaderValue } from './format/read-header.ts'
import { contextBytesPerToken, figuresOf } from './context-size.ts'

const bytesOf = (figures: Record<string, HeaderValue>): number =>
  contextBytesPerToken(
    figuresOf(
      { metadata: new Map(Object.entries(figures).map(([key, value]) => [`llama.${key}`, value])) },
      'llama',
    ),
  )

test('a token of context takes its keys and values in every block, in 16 bits', () => {
  const plain = { block_count: 4, embedding_length: 64, 'attention.head_count': 8 }
  expect(bytesOf(plain)).toBe(4 * 2 * 8 * (8 + 8))
  expect(bytesOf({ ...plain, 'attention.head_count_kv': 2 })).toBe(4 * 2 * 2 * (8 + 8))
  expect(bytesOf({ ...plain, 'attention.key_length': 16 })).toBe(4 * 2 * 8 * (16 + 8))
})

test('blocks may differ, some may have no attention, and a file that says nonsense takes no time', () => {
  const mixed = { block_count: 3, embedding_length: 64, 'attention.head_count': 8 }
  expect(bytesOf({ ...mixed, 'attention.head_count_kv': [0, 2, 4] })).toBe(2 * (2 + 4) * 16)
  expect(bytesOf({ block_count: 4, embedding_length: 64 })).toBe(0)
  expect(bytesOf({ ...mixed, block_count: 1e15 })).toBe(512 * 2 * 8 * 16)
})
