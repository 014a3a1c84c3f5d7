import { writeRandomLora, writeRandomModel } from '@woolgather/ggml/testing'
import { type ModelRecipe } from '@woolgather/workflow'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { file, merge, writeDamaged, openTestMakers, type TestMakers } from '../testing/open-test-makers.ts'

let makers: TestMakers
const at = (name: string): string => makers.at(name)
const make = (recipe: ModelRecipe): Promise<string> => makers.make(recipe)

beforeAll(async () => {
  makers = await openTestMakers()
  await writeRandomModel(at('a.gguf'), { type: 'F16' })
  await writeRandomModel(at('b.gguf'), { type: 'F16', seed: 2 })
  await writeRandomModel(at('base.gguf'), { type: 'F16', seed: 3 })
  await writeRandomModel(at('deep.gguf'), { type: 'F16', layers: 3 })
  await writeRandomModel(at('wide.gguf'), { type: 'F16', embeddingSize: 128 })
  await writeRandomModel(at('words.gguf'), { type: 'F16', vocabSize: 324 })
  await writeRandomLora(at('wide-lora.gguf'), { embeddingSize: 128 })
})
afterAll(() => makers[Symbol.asyncDispose]())

/** The files that were made; the folder in which they are being made is none. */
const made = async (): Promise<string[]> =>
  (await readdir(at('made'))).filter((name) => !name.startsWith('making-'))

describe('a merge that cannot be is refused before anything is written', () => {
  const cases: [string, () => ModelRecipe, object][] = [
    [
      'layer counts',
      () => merge('linear', ['a.gguf', 'deep.gguf']),
      { message: 'a.gguf has 2 layers, and deep.gguf has 3.' },
    ],
    [
      'shapes',
      () => merge('linear', ['a.gguf', 'wide.gguf']),
      {
        message: expect.stringMatching(
          /^These models do not fit each other: token_embd\.weight is 64 × 320 in a\.gguf and 128 × 320 in wide\.gguf; .*, and \d+ more\.$/,
        ) as string,
      },
    ],
    [
      'vocabularies',
      () => merge('linear', ['a.gguf', 'words.gguf']),
      {
        message:
          'The vocabularies differ: a.gguf has 320 tokens, words.gguf 324; token 316 is "<|bos|>" in one and "<filler_316>" in the other.',
      },
    ],
    [
      'a method that nobody knows',
      () => merge('tiess', ['a.gguf', 'b.gguf']),
      { message: 'There is no merge method “tiess”.' },
    ],
    [
      'a missing base',
      () => merge('ties', ['a.gguf', 'b.gguf']),
      { message: expect.stringMatching(/^ties needs a base model/) as string },
    ],
    [
      'a weight out of range',
      () => merge('weighted_sum', ['a.gguf', 'b.gguf'], { parameters: { multiplier: 1.5 } }),
      { message: 'multiplier of weighted_sum is 1.5; it must be a number, at least 0 and at most 1.' },
    ],
    [
      'a density out of range',
      () => merge('ties', ['a.gguf'], { base: file('base.gguf'), parameters: { density: 2 } }),
      { message: expect.stringMatching(/^density of ties of a\.gguf is 2/) as string },
    ],
    [
      'weights that add up to nothing',
      () =>
        merge('linear', [], {
          models: [1, -1].map((weight, index) => ({
            model: file(index ? 'b.gguf' : 'a.gguf'),
            parameters: { weight },
          })),
        }),
      { message: expect.stringMatching(/^The weights for .* \(1, -1\) add up to nothing\.$/) as string },
    ],
    [
      'a setting of another method',
      () => merge('karcher', ['a.gguf', 'b.gguf'], { parameters: { density: 1 } }),
      { message: 'karcher has no setting density.' },
    ],
    [
      'control vectors',
      () =>
        merge('linear', [], {
          models: [
            {
              model: {
                ...file('a.gguf'),
                vectors: [{ vector: { kind: 'vector', directions: {} }, strength: 1 }],
              },
              parameters: {},
            },
          ],
        }),
      { message: 'a.gguf has control vectors, which are no weights and cannot be merged.' },
    ],
    [
      'layers that a model does not have',
      () => merge('passthrough', ['a.gguf'], { slices: [{ sources: [{ model: 0, from: 1, to: 3 }] }] }),
      { message: 'Slice 1 wants layers 1 to 3 of a.gguf, which has 2.' },
    ],
    [
      'a LoRA of another model',
      () =>
        merge('linear', [], {
          models: [
            {
              model: { ...file('a.gguf'), adapters: [{ file: 'wide-lora.gguf', strength: 1 }] },
              parameters: {},
            },
          ],
        }),
      {
        code: 'adapter-mismatch',
        message: expect.stringMatching(
          /^wide-lora\.gguf is for another model: blk\.0\.attn_q\.weight is 128 × 128 there and 64 × 64 in the model/,
        ) as string,
      },
    ],
  ]
  test.each(cases)('%s', async (_title, recipe, error) => {
    const before = await made()
    await expect(make(recipe())).rejects.toMatchObject({ code: 'merge-impossible', ...error })
    expect(await made()).toEqual(before)
  })

  test('another architecture', async () => {
    const bytes = await readFile(at('a.gguf'))
    // the same length, so that the file stays whole
    await writeFile(at('other.gguf'), bytes.toString('latin1').replaceAll('llama', 'qwen2'), 'latin1')
    await expect(make(merge('linear', ['a.gguf', 'other.gguf']))).rejects.toMatchObject({
      code: 'merge-impossible',
      message: 'a.gguf is a llama model, and other.gguf a qwen2 model.',
    })
  })

  test.each([NaN, Infinity])(
    'a model that holds %s is named with the tensor, and nothing remains',
    async (value) => {
      await writeDamaged(makers, 'a.gguf', 'damaged.gguf', 'blk.1.ffn_up.weight', value)
      const before = await made()
      const message = `blk.1.ffn_up.weight of damaged.gguf holds ${value} (row 0, column 5).`
      for (const recipe of [
        merge('linear', ['damaged.gguf', 'b.gguf']),
        merge('passthrough', ['damaged.gguf']),
      ]) {
        await expect(make(recipe)).rejects.toMatchObject({ code: 'merge-impossible', message })
      }
      expect(await made()).toEqual(before)
      expect(await readdir(at(`made/making-${process.pid}`))).toEqual([])
    },
  )
})
