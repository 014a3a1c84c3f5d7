import { ggmlTypeNumber, readLoraFile, createGguf } from '@woolgather/gguf'
import { writeRandomLora, writeRandomModel } from '@woolgather/ggml/testing'
import { type LoraCombine, type LoraExtract, type LoraSource, type LoraUse } from '@woolgather/workflow'
import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { file, openTestMakers, type TestMakers } from '../testing/open-test-makers.ts'
import { type LoraMaker } from './make-lora.ts'

const vocabulary = 320
let makers: TestMakers
let maker: LoraMaker
const at = (name: string): string => makers.at(name)
const options = { signal: new AbortController().signal, onProgress: () => {} }

beforeAll(async () => {
  makers = await openTestMakers()
  maker = makers.loras
  await writeRandomModel(at('base.gguf'), { vocabSize: vocabulary })
  await writeRandomModel(at('tuned.gguf'), { vocabSize: vocabulary, seed: 77 })
  await writeRandomModel(at('deep.gguf'), { vocabSize: vocabulary, layers: 3 })
  await writeRandomLora(at('one.gguf'), { seed: 5, alpha: 8 })
  await writeRandomLora(at('two.gguf'), { seed: 50, rank: 4 })
  await writeRandomLora(at('narrow.gguf'), { seed: 6, rank: 2 })
  await writeRandomLora(at('wide.gguf'), { embeddingSize: 128 })
})
afterAll(() => makers[Symbol.asyncDispose]())

const extracted = (how: Partial<LoraExtract>): LoraSource => ({
  extract: { tuned: file('tuned.gguf'), base: file('base.gguf'), embeddings: true, ...how },
})
const combined = (how: Partial<LoraCombine>, weights = [1, 1]): LoraSource => ({
  combine: {
    loras: ['one.gguf', 'two.gguf'].map((file, i) => ({ file, strength: 1, weight: weights[i]! })),
    method: 'cat',
    ...how,
  },
})

describe('an extracted LoRA', () => {
  test('keeps the more of the change the higher its rank, and tells how much', async () => {
    const kept = await Promise.all(
      [4, 16, 64].map(async (rank) => {
        const { tensors, left } = await maker.describe(extracted({ rank }), options)
        expect({
          left,
          ranks: [...new Set(tensors.map((tensor) => tensor.rank))].toSorted((a, b) => a - b),
        }).toEqual({
          left: [],
          // keys and values have 32 rows
          ranks: rank === 64 ? [32, 64] : [rank],
        })
        return tensors.map((tensor) => tensor.kept!)
      }),
    )
    expect(Math.max(...kept[0]!)).toBeLessThan(Math.min(...kept[1]!))
    expect(Math.min(...kept[2]!)).toBeCloseTo(1, 5)
  })

  test('by energy has as high a rank as each tensor needs', async () => {
    const { tensors } = await maker.describe(extracted({ energy: 0.9 }), options)
    expect(Math.min(...tensors.map(({ kept }) => kept!))).toBeGreaterThanOrEqual(0.9)
    expect(new Set(tensors.map(({ rank }) => rank)).size).toBeGreaterThan(1)
  })

  test('leaves embeddings and output layer alone unless they are wanted, and tells so', async () => {
    const { tensors, left } = await maker.describe(extracted({ rank: 4, embeddings: false }), options)
    expect(left).toEqual(['output.weight', 'token_embd.weight'])
    expect(tensors.every(({ name }) => name.startsWith('blk.'))).toBe(true)
  })

  test('needs models of one shape, and some difference', async () => {
    await expect(maker.pathOf(extracted({ tuned: file('deep.gguf') }), options)).rejects.toMatchObject({
      code: 'merge-impossible',
      message: expect.stringMatching(
        /^No LoRA can be made of these models: the base lacks blk\.2\.attn_norm\.weight; .*, and 6 more\.$/,
      ),
    })
    await expect(maker.pathOf(extracted({ tuned: file('base.gguf') }), options)).rejects.toMatchObject({
      message: 'No LoRA can be made of these models: they are the same.',
    })
  })
})

describe('a combined LoRA', () => {
  test('is made once, and again when one of its files is another', async () => {
    const before = await readdir(at('made'))
    // at another strength it is the same
    const halved: LoraUse = { ...combined({}, [0.1, 0.1]), strength: 0.5 }
    const [first, second] = await Promise.all([
      maker.pathOf(combined({}, [0.1, 0.1]), options),
      maker.pathOf(halved, options),
    ])
    expect([first === second, (await readdir(at('made'))).length]).toEqual([true, before.length + 1])
    await writeRandomLora(at('two.gguf'), { seed: 51 })
    expect(await maker.pathOf(combined({}, [0.1, 0.1]), options)).not.toBe(first)
  })

  test('of LoRAs for other models, or of other ranks where that matters, is refused by name', async () => {
    const loras = (...files: string[]): LoraCombine['loras'] =>
      files.map((file) => ({ file, strength: 1, weight: 1 }))
    await expect(
      maker.pathOf(combined({ loras: loras('one.gguf', 'wide.gguf') }), options),
    ).rejects.toMatchObject({
      code: 'adapter-mismatch',
      message:
        'one.gguf and wide.gguf are for models of different sizes: blk.0.attn_q.weight is 64 × 64 there and 128 × 128 here; blk.0.attn_output.weight is 64 × 64 there and 128 × 128 here; blk.1.attn_q.weight is 64 × 64 there and 128 × 128 here, and 1 more.',
    })
    const linear = combined({ loras: loras('one.gguf', 'narrow.gguf'), method: 'linear' })
    await expect(maker.pathOf(linear, options)).rejects.toMatchObject({
      code: 'adapter-mismatch',
      message: 'Adapters of ranks 4, 2 cannot be combined factor by factor.',
    })
  })

  test('of a quantised LoRA is refused', async () => {
    const { architecture } = await readLoraFile(at('one.gguf'))
    const text = (value: string): { type: 'text'; value: string } => ({ type: 'text', value })
    const writer = await createGguf(at('q8.gguf'), {
      metadata: new Map([
        ['general.architecture', text(architecture)],
        ['general.type', text('adapter')],
        ['adapter.type', text('lora')],
      ]),
      tensors: [
        { name: 'blk.0.attn_q.weight.lora_a', shape: [64, 2], type: ggmlTypeNumber('Q8_0')! },
        { name: 'blk.0.attn_q.weight.lora_b', shape: [2, 64], type: ggmlTypeNumber('F32')! },
      ],
    })
    for (const { name, bytes } of writer.layout.tensors) await writer.write(name, new Uint8Array(bytes))
    await writer.finish()
    const loras = [{ file: 'q8.gguf', strength: 1, weight: 1 }]
    await expect(maker.pathOf(combined({ loras }), options)).rejects.toMatchObject({
      code: 'model-unreadable',
      message: 'q8.gguf cannot be used as a LoRA: it is quantised: blk.0.attn_q.weight.lora_a is Q8_0.',
    })
  })
})

test('cancelling ends the making, and leaves nothing', async () => {
  const cancelled = AbortSignal.abort(new Error('cancelled'))
  const before = await readdir(at('made'))
  await expect(
    maker.pathOf(extracted({ rank: 3 }), { signal: cancelled, onProgress: () => {} }),
  ).rejects.toThrow('cancelled')
  expect(await readdir(at('made'))).toEqual(before)
})
