import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { ggmlTypeNumber } from '../format/ggml-types.ts'
import { createGguf } from '../format/write-gguf.ts'
import type { GgufValue } from '../format/value-types.ts'
import { readLoraFile, writeLoraFile, type LoraFile } from './lora-file.ts'

const demo = path.resolve(import.meta.dirname, '../../../../models/demo/pirate.lora.gguf')

async function scratch(): Promise<AsyncDisposable & { path: (name: string) => string; folder: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lora-file-'))
  return {
    folder,
    path: (name) => path.join(folder, name),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

const values = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed * 100 + i))

test('a LoRA that is written and read again is the same, embeddings and experts too', async () => {
  await using folder = await scratch()
  const matrix = (tensor: string, expert: number, rows: number, columns: number, rank: number) => ({
    tensor,
    expert,
    rows,
    columns,
    rank,
    a: values(rank * columns, rows + expert),
    b: values(rows * rank, columns + expert + 7),
  })
  const lora: LoraFile = {
    architecture: 'llama',
    alpha: 6,
    matrices: [
      matrix('token_embd.weight', 0, 11, 8, 2),
      matrix('blk.0.attn_q.weight', 0, 4, 8, 3),
      matrix('blk.0.ffn_up_exps.weight', 0, 5, 8, 2),
      matrix('blk.0.ffn_up_exps.weight', 1, 5, 8, 2),
    ],
  }
  await writeLoraFile(folder.path('made.gguf'), lora)
  expect(await readLoraFile(folder.path('made.gguf'))).toEqual(lora)
  expect(await readdir(folder.folder)).toEqual(['made.gguf'])
})

test('the demo LoRA changes all seven matrices of its four layers', async () => {
  const { architecture, alpha, matrices } = await readLoraFile(demo)
  expect({ architecture, alpha, ranks: [...new Set(matrices.map(({ rank }) => rank))] }).toMatchObject({
    architecture: 'llama',
  })
  expect(
    matrices.every(
      ({ a, b, rows, columns, rank }) => a.length === rank * columns && b.length === rows * rank,
    ),
  ).toBe(true)
})

interface Written {
  tensors: { name: string; shape: number[]; type?: string; value?: number }[]
  metadata?: Record<string, string>
}

async function write(file: string, { tensors, metadata }: Written): Promise<void> {
  const entries = { 'general.type': 'adapter', 'adapter.type': 'lora', ...metadata }
  const texts = Object.entries(entries).map(
    ([key, value]) => [key, { type: 'text', value }] as [string, GgufValue],
  )
  const writer = await createGguf(file, {
    metadata: new Map(texts),
    tensors: tensors.map(({ name, shape, type = 'F32' }) => ({ name, shape, type: ggmlTypeNumber(type)! })),
  })
  for (const { name, bytes } of writer.layout.tensors) {
    const { value = 0.5 } = tensors.find((tensor) => tensor.name === name)!
    const data = new Uint8Array(bytes)
    new Float32Array(data.buffer, 0, bytes >> 2).fill(value)
    await writer.write(name, data)
  }
  await writer.finish()
}

const a = { name: 'blk.0.attn_q.weight.lora_a', shape: [32, 2] }
const b = { name: 'blk.0.attn_q.weight.lora_b', shape: [2, 8] }

test.each<[string, Written, string]>([
  ['a model', { tensors: [a, b], metadata: { 'general.type': 'model' } }, 'it is not a LoRA adapter'],
  [
    'a quantised LoRA',
    { tensors: [{ ...a, type: 'Q8_0' }, b] },
    'it is quantised: blk.0.attn_q.weight.lora_a is Q8_0',
  ],
  ['half a pair', { tensors: [a] }, 'it holds blk.0.attn_q.weight.lora_a, but no blk.0.attn_q.weight.lora_b'],
  [
    'other tensors',
    { tensors: [a, b, { name: 'extra', shape: [4] }] },
    'it holds extra, which is no factor of a LoRA',
  ],
  [
    'factors of two ranks',
    { tensors: [a, { ...b, shape: [3, 8] }] },
    'its factors of blk.0.attn_q.weight do not fit: 32 × 2 and 3 × 8',
  ],
  [
    'a value that is no number',
    { tensors: [a, { ...b, value: NaN }] },
    'blk.0.attn_q.weight.lora_b holds values that are no numbers',
  ],
  ['nothing', { tensors: [] }, 'it holds no LoRA tensors'],
])('%s is refused as a LoRA', async (_, written, message) => {
  await using folder = await scratch()
  await write(folder.path('bad.gguf'), written)
  await expect(readLoraFile(folder.path('bad.gguf'))).rejects.toThrow(message)
})
