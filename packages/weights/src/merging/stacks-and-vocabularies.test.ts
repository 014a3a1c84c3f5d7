import {
  byteVocabulary,
  randomValues,
  writeGguf,
  writeRandomModel,
  type GgufTensor,
  type GgufValue,
  type RandomModelOptions,
} from '@woolgather/ggml/testing'
import { openGguf, readHeader } from '@woolgather/gguf'
import type { MergeSlice, ModelRecipe } from '@woolgather/workflow'
import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ModelMaker } from './make-model.ts'
import { merge, openTestMakers, type TestMakers } from '../testing/open-test-makers.ts'

let makers: TestMakers
const at = (name: string): string => makers.at(name)
const make = (recipe: ModelRecipe): Promise<string> => makers.make(recipe)
const options = { signal: new AbortController().signal, onProgress: () => {} }

beforeAll(async () => {
  makers = await openTestMakers()
})
afterAll(() => makers[Symbol.asyncDispose]())

const stack = (file: string, ...runs: [from: number, to: number][]): ModelRecipe =>
  merge('passthrough', [file], {
    slices: runs.map(([from, to]): MergeSlice => ({ sources: [{ model: 0, from, to }] })),
  })

/** A model of three layers; of another architecture than llama it is none that runs. */
const write = (
  name: string,
  metadata: Record<string, GgufValue>,
  more: RandomModelOptions = {},
): Promise<void> => writeRandomModel(at(name), { layers: 3, metadata, ...more })

/** The figures of an architecture that are told by layer or by place, and nothing else of it. */
const writeKind = (name: string, architecture: string, figures: Record<string, GgufValue>): Promise<void> =>
  write(name, {
    'general.architecture': { text: architecture },
    [`${architecture}.block_count`]: { u32: 3 },
    ...Object.fromEntries(Object.entries(figures).map(([key, value]) => [`${architecture}.${key}`, value])),
  })

describe('stacked layers', () => {
  test('figures by layer follow their layers, and llama.cpp reads them', async () => {
    await write('listed.gguf', {
      'llama.attention.head_count_kv': { i32s: [2, 2, 2] },
      'llama.feed_forward_length': { i32s: [128, 128, 128] },
      'llama.of_each_layer': { i32s: [5, 6, 7] },
      'llama.rope.dimension_sections': { i32s: [8, 8, 0] },
    })
    const { metadata } = await readHeader(await make(stack('listed.gguf', [1, 3], [0, 3])))
    const told = ['block_count', 'attention.head_count_kv', 'of_each_layer', 'rope.dimension_sections']
    expect(told.map((key) => metadata.get(`llama.${key}`))).toEqual([
      5,
      [2, 2, 2, 2, 2],
      [6, 7, 5, 6, 7],
      [8, 8, 0],
    ])
  })

  const refused: [string, string, Record<string, GgufValue>, [number, number][], string][] = [
    [
      'a window of attention that every second layer has',
      'gemma2',
      { 'attention.sliding_window': { u32: 64 } },
      [
        [0, 2],
        [1, 3],
      ],
      'Layer 1 of kind.gguf cannot be layer 2 of the result: its place decides whether it is one whose attention sees the whole text, or one with a window.',
    ],
    [
      'layers that predict several tokens ahead',
      'glm4moe',
      { nextn_predict_layers: { u32: 1 } },
      [
        [0, 3],
        [0, 2],
      ],
      'Layer 2 of kind.gguf cannot be layer 2 of the result: its place decides whether it is one that predicts several tokens ahead, which come last.',
    ],
    [
      'the first layer of RWKV 7',
      'rwkv7',
      {},
      [
        [0, 2],
        [0, 2],
      ],
      'Layer 0 of kind.gguf cannot be layer 2 of the result: its place decides whether it is the first one, whose values the others mix in.',
    ],
    [
      'layers that read what others have seen',
      'gemma4',
      { 'attention.shared_kv_layers': { u32: 1 } },
      [[0, 2]],
      'The layers of kind.gguf cannot be stacked: its last 1 layers read what others have seen.',
    ],
  ]
  test.each(refused)(
    'what llama.cpp knows by its place alone stays of its kind: %s',
    async (_title, architecture, figures, runs, message) => {
      await writeKind('kind.gguf', architecture, figures)
      await expect(make(stack('kind.gguf', ...runs))).rejects.toMatchObject({
        code: 'merge-impossible',
        message,
      })
    },
  )

  test('what llama.cpp would not load is refused before weights are computed, with its reason', async () => {
    await write('whole.gguf', {})
    const bytes = (await readFile(at('whole.gguf'))).toString('latin1')
    // Of the same length, so that the file stays whole.
    await writeFile(at('odd.gguf'), bytes.replace('blk.1.ffn_up.weight', 'blk.1.ffn_xy.weight'), 'latin1')
    const odd = merge('passthrough', ['whole.gguf', 'odd.gguf'], {
      slices: [{ sources: [{ model: 0, from: 0, to: 2 }] }, { sources: [{ model: 1, from: 1, to: 2 }] }],
    })
    await expect(make(odd)).rejects.toMatchObject({
      code: 'merge-impossible',
      message: expect.stringMatching(
        /^llama\.cpp would not load the result: .*blk\.2\.ffn_up\.weight/,
      ) as string,
    })
  })
})

describe('figures', () => {
  test('models whose tensors have one shape and another meaning do not fit each other', async () => {
    await write('four.gguf', {})
    await write('eight.gguf', {}, { heads: 8, kvHeads: 4 })
    await expect(make(merge('linear', ['four.gguf', 'eight.gguf']))).rejects.toMatchObject({
      code: 'merge-impossible',
      message:
        'These models do not fit each other: attention.head_count is 4 of four.gguf and 8 of eight.gguf; attention.head_count_kv is 2 of four.gguf and 4 of eight.gguf; rope.dimension_count is 16 of four.gguf and 8 of eight.gguf.',
    })
  })

  test('what the result cannot keep of both is told, by whatever way it is saved', async () => {
    await write('four.gguf', {})
    await write('far.gguf', { 'llama.rope.freq_base': { f32: 1e6 } }, { seed: 2 })
    const recipe = merge('linear', ['four.gguf', 'far.gguf'])
    const notes = ['rope.freq_base is 10000 of four.gguf and 1000000 of far.gguf; the result has 10000']
    const save = (): ReturnType<ModelMaker['save']> =>
      makers.maker.save(at('saved.gguf'), recipe, { ...options, type: 'auto', metadata: {} })
    expect((await save()).notes).toEqual(notes)
    await make(recipe)
    expect((await save()).notes).toEqual(notes)
  })

  test('a figure that one of them does not say is what llama.cpp takes then', async () => {
    await write('four.gguf', {})
    await write('said.gguf', {
      'llama.attention.key_length': { u32: 16 },
      'llama.rope.freq_base': { f32: 10_000 },
    })
    const { notes } = await makers.maker.save(at('saved.gguf'), merge('linear', ['four.gguf', 'said.gguf']), {
      ...options,
      type: 'auto',
      metadata: {},
    })
    expect(notes).toEqual([])
  })
})

describe('vocabularies', () => {
  const tokens = 320
  /** Phi-2, whose output layer has a bias: a number for each token. */
  const writePhi = (name: string, swapped: boolean): void => {
    const vocabulary = byteVocabulary(tokens)
    const own =
      'texts' in vocabulary['tokenizer.ggml.tokens']! ? [...vocabulary['tokenizer.ggml.tokens'].texts] : []
    const order = Array.from({ length: tokens }, (_, token) => token)
    if (swapped) [order[70], order[80]] = [80, 70]
    let seed = 1
    const tensor = (part: string, shape: readonly number[], rows?: readonly number[]): GgufTensor => {
      const count = shape.reduce((product, size) => product * size, 1)
      const values = randomValues(seed++, count, 0.1)
      const width = count / (rows?.length ?? count)
      const moved = rows
        ? Float32Array.from(
            values,
            (_, index) => values[rows[Math.floor(index / width)]! * width + (index % width)]!,
          )
        : values
      return { name: part, type: 'F32', shape, bytes: count * 4, data: () => new Uint8Array(moved.buffer) }
    }
    const both = (part: string, shape: readonly number[], rows?: readonly number[]): GgufTensor[] => [
      tensor(`${part}.weight`, shape, rows),
      tensor(`${part}.bias`, shape.slice(-1), rows),
    ]
    writeGguf(
      at(name),
      {
        'general.architecture': { text: 'phi2' },
        ...Object.fromEntries(
          Object.entries({
            block_count: 1,
            context_length: 64,
            embedding_length: 32,
            feed_forward_length: 64,
            'attention.head_count': 2,
            'rope.dimension_count': 16,
          }).map(([key, value]) => [`phi2.${key}`, { u32: value }]),
        ),
        'phi2.attention.layer_norm_epsilon': { f32: 1e-5 },
        ...vocabulary,
        'tokenizer.ggml.tokens': { texts: order.map((token) => own[token]!) },
      },
      [
        tensor('token_embd.weight', [32, tokens], order),
        ...['blk.0.attn_norm', 'output_norm'].flatMap((part) => both(part, [32])),
        ...['q', 'k', 'v', 'output'].flatMap((part) => both(`blk.0.attn_${part}`, [32, 32])),
        ...both('blk.0.ffn_up', [32, 64]),
        ...both('blk.0.ffn_down', [64, 32]),
        ...both('output', [32, tokens], order),
      ],
    )
  }

  test('biases of the output layer move with their tokens, and so do rows', async () => {
    writePhi('phi.gguf', false)
    writePhi('swapped.gguf', true)
    await using made = await openGguf(
      await make(merge('linear', ['phi.gguf', 'swapped.gguf'], { vocabulary: 'union' })),
    )
    await using own = await openGguf(at('phi.gguf'))
    for (const name of ['token_embd.weight', 'output.weight', 'output.bias']) {
      const [mine, its] = [made.tensor(name)!, own.tensor(name)!]
      const read = async (): Promise<boolean> =>
        Buffer.from(await made.readRows(mine, 0, mine.rows)).equals(await own.readRows(its, 0, its.rows))
      expect([name, mine.shape, await read()]).toEqual([name, its.shape, true])
    }
  })

  test('a table that nobody knows is not left with other tokens', async () => {
    const table = (name: string, first: string): void => {
      const data = new Uint8Array(48)
      const vocabulary = { 'tokenizer.ggml.tokens': { texts: [first, 'b', 'c'] } }
      writeGguf(at(name), { 'general.architecture': { text: 'llama' }, ...vocabulary }, [
        { name: 'hashes.weight', type: 'F32', shape: [4, 3], bytes: 48, data: () => data },
      ])
    }
    table('table.gguf', 'a')
    table('other.gguf', 'z')
    await expect(
      make(merge('linear', ['table.gguf', 'other.gguf'], { vocabulary: 'union' })),
    ).rejects.toMatchObject({
      message:
        'These models do not fit each other: hashes.weight seems to have a row for each token, and their vocabularies differ.',
    })
  })
})
