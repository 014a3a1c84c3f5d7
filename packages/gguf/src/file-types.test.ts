import { expect, test } from 'vitest'
import { ggmlTypeNumber } from './format/ggml-types.ts'
import { fileTypeName, fileTypeNumber, inferFileType } from './file-types.ts'

const tensors = (...entries: [string, string, number[]][]) =>
  entries.map(([name, type, shape]) => ({ name, type: ggmlTypeNumber(type)!, shape }))

test('a file that does not say its type is called by its blocks, not by embeddings that are most of it', () => {
  const tied = tensors(
    ['token_embd.weight', 'Q8_0', [640, 262_144]],
    ['blk.0.ffn_down.weight', 'Q6_K', [2048, 640]],
    ['blk.0.ffn_up.weight', 'Q4_K', [640, 2048]],
    ['blk.0.ffn_gate.weight', 'Q4_K', [640, 2048]],
    ['blk.0.attn_norm.weight', 'F32', [640]],
  )
  expect(inferFileType(tied)).toBe('Q4_K_M')
  expect(inferFileType(tensors(['token_embd.weight', 'BF16', [64, 320]]))).toBe('BF16')
  expect(inferFileType(tensors(['blk.0.attn_norm.weight', 'F32', [64]]))).toBe('')
})

test('numbers are llama.cpp’s, also where it marked one as guessed', () => {
  expect([fileTypeName(15), fileTypeName(1024 + 15), fileTypeName(999), fileTypeName('15')]).toEqual([
    'Q4_K_M',
    'Q4_K_M',
    undefined,
    undefined,
  ])
  expect(fileTypeNumber('Q5_K_S')).toBe(16)
})
