import { openGguf, readLoraFile, type LoraFile } from '@woolgather/gguf'
import { writeGguf, writeRandomLora, writeRandomModel, type GgufTensor } from '@woolgather/ggml/testing'
import { deltaOf, type LoraFactors } from '@woolgather/merge'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bakeRows, bakesFor } from './bake-rows.ts'

let folder = ''
const at = (name: string): string => path.join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'woolgather-bake-'))
  await writeRandomModel(at('model.gguf'))
})
afterAll(() => rm(folder, { recursive: true }))

const factors = (seed: number): LoraFactors => ({
  rows: 4,
  columns: 6,
  rank: 2,
  a: Float32Array.from({ length: 12 }, (_, i) => Math.sin(seed + i)),
  b: Float32Array.from({ length: 8 }, (_, i) => Math.cos(seed + i)),
})

test('rows of a tensor of experts get the changes of theirs, whatever rows come at a time', () => {
  const [first, third] = [factors(1), factors(3)]
  const scaled = (own: LoraFactors): { factors: LoraFactors; scale: number } => ({ factors: own, scale: 0.5 })
  const bakes = new Map([['experts', [[scaled(first)], [], [scaled(third), scaled(first)]]]])
  const wanted = new Float32Array(72)
  for (const [start, own] of [
    [0, first],
    [48, third],
    [48, first],
  ] as const) {
    for (const [i, value] of deltaOf(scaled(own)).entries()) wanted[start + i]! += value
  }
  for (const step of [1, 3, 5, 12]) {
    const values = new Float32Array(72)
    for (let row = 0; row < 12; row += step) {
      const part = values.subarray(row * 6, Math.min(12, row + step) * 6)
      bakeRows(bakes, { name: 'experts', shape: [6, 4, 3] }, row, part)
    }
    expect([...values]).toEqual([...wanted].map((value): number => expect.closeTo(value, 5)))
  }
})

test('every LoRA is on every tensor it touches', async () => {
  await writeRandomLora(at('one.gguf'))
  await writeRandomLora(at('two.gguf'), { seed: 9, rank: 2 })
  await using model = await openGguf(at('model.gguf'))
  const loras = await Promise.all(
    ['one.gguf', 'two.gguf'].map(async (name) => ({ name, lora: await readLoraFile(at(name)) })),
  )
  const bakes = await bakesFor(model, loras)
  expect(
    [...bakes].map(([name, [adapters = []]]) => [
      name,
      adapters.map(({ factors: { rank }, scale }) => [rank, scale]),
    ]),
  ).toEqual(
    ['blk.0.attn_q', 'blk.0.attn_output', 'blk.1.attn_q', 'blk.1.attn_output'].map((name) => [
      `${name}.weight`,
      [
        [4, 1],
        [2, 2],
      ],
    ]),
  )
})

test('a LoRA of a matrix that counts times a factor of its own is baked in front of that', async () => {
  const tensor = (name: string, values: readonly number[], shape: readonly number[]): GgufTensor => ({
    name,
    type: 'F32',
    shape,
    bytes: values.length * 4,
    data: () => new Uint8Array(Float32Array.from(values).buffer),
  })
  const zeros = (count: number): number[] => Array<number>(count).fill(0)
  writeGguf(at('factors.gguf'), { 'general.architecture': { text: 'bitnet' } }, [
    tensor('blk.0.attn_q.weight', zeros(64), [8, 8]),
    tensor('blk.0.attn_q.scale', [4], [1]),
    tensor('blk.0.ffn_up_exps.weight', zeros(128), [8, 8, 2]),
    tensor('blk.0.ffn_up_exps.scale', [2, 8], [2]),
    tensor('blk.0.ffn_gate_inp.weight', zeros(64), [8, 8]),
    tensor('blk.0.ffn_gate_inp.scale', zeros(8), [8]),
  ])
  await using model = await openGguf(at('factors.gguf'))
  const matrix = (part: string, expert = 0): LoraFile['matrices'][number] => ({
    ...{ tensor: `blk.0.${part}.weight`, expert, rows: 8, columns: 8, rank: 1 },
    ...{ a: new Float32Array(8), b: new Float32Array(8) },
  })
  const matrices = [matrix('attn_q'), matrix('ffn_up_exps'), matrix('ffn_up_exps', 1), matrix('ffn_gate_inp')]
  const bakes = await bakesFor(model, [
    { name: 'lora', lora: { architecture: 'bitnet', alpha: 0, matrices } },
  ])
  expect([...bakes.values()].map((experts) => experts.map(([own]) => own!.scale))).toEqual([
    [1 / 4],
    [1 / 2, 1 / 8],
    [1],
  ])
})

test.each<[string, Parameters<typeof writeRandomLora>[1], string]>([
  ['another architecture', { architecture: 'qwen2' }, 'bad.gguf is for qwen2 models; this one is llama.'],
  [
    'a wider model',
    { embeddingSize: 128 },
    'bad.gguf is for another model: blk.0.attn_q.weight is 128 × 128 there and 64 × 64 in the model; blk.0.attn_output.weight is 128 × 128 there and 64 × 64 in the model; blk.1.attn_q.weight is 128 × 128 there and 64 × 64 in the model, and 1 more.',
  ],
  [
    'a deeper model',
    { layers: 3 },
    'bad.gguf is for another model: the model has no blk.2.attn_q.weight; the model has no blk.2.attn_output.weight.',
  ],
])('a LoRA for %s is refused with the tensors', async (_, options, message) => {
  await writeRandomLora(at('bad.gguf'), options)
  const lora: LoraFile = await readLoraFile(at('bad.gguf'))
  await using model = await openGguf(at('model.gguf'))
  await expect(bakesFor(model, [{ name: 'bad.gguf', lora }])).rejects.toThrow(message)
})
