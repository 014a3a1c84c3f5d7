import { writeRandomLora, writeRandomModel } from '@woolgather/ggml/testing'
import { openGguf, type GgufFile } from '@woolgather/gguf'
import { type ModelRecipe } from '@woolgather/workflow'
import { copyFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bytesOf, compare, tensorBytes } from '../testing/compare-models.ts'
import { file, merge, openTestMakers, type TestMakers } from '../testing/open-test-makers.ts'

let makers: TestMakers
const at = (name: string): string => makers.at(name)
const make = (recipe: ModelRecipe): Promise<string> => makers.make(recipe)
const options = { signal: new AbortController().signal, onProgress: () => {} }

beforeAll(async () => {
  makers = await openTestMakers()
  await writeRandomModel(at('a.gguf'), { type: 'F16' })
  await writeRandomModel(at('b.gguf'), { type: 'F16', seed: 2 })
  await writeRandomModel(at('base.gguf'), { type: 'F16', seed: 3 })
  await writeRandomModel(at('a-q8.gguf'), { type: 'Q8_0' })
  await writeRandomModel(at('b-q8.gguf'), { type: 'Q8_0', seed: 2 })
  await writeRandomModel(at('deep.gguf'), { type: 'F16', layers: 3 })
  await writeRandomModel(at('words.gguf'), { type: 'F16', vocabSize: 324 })
  await writeRandomLora(at('lora.gguf'), { seed: 5, alpha: 8 })
})
afterAll(() => makers[Symbol.asyncDispose]())

describe('what a merge is', () => {
  test.each(['F16', 'Q8_0'] as const)('at its ends it is the models bit for bit: %s', async (type) => {
    const [a, b] = type === 'F16' ? ['a.gguf', 'b.gguf'] : ['a-q8.gguf', 'b-q8.gguf']
    const ends = [
      merge('weighted_sum', [a, b], { parameters: { multiplier: 0 } }),
      merge('weighted_sum', [a, b], { parameters: { multiplier: 1 } }),
      merge('slerp', [b], { base: file(a), parameters: { t: 0 } }),
      merge('slerp', [b], { base: file(a), parameters: { t: 1 } }),
    ]
    const made = await Promise.all(ends.map(async (end) => bytesOf(await make(end))))
    const [own, other] = [await bytesOf(at(a)), await bytesOf(at(b))]
    expect(made).toEqual([own, other, own, other])
    expect(own).not.toEqual(other)
  })

  test.each(['linear', 'karcher', 'ties', 'model_stock', 'multislerp', 'nuslerp', 'sce'] as const)(
    'of a model with itself it is that model: %s',
    async (method) => {
      const base = ['ties', 'model_stock', 'sce'].includes(method) ? { base: file('a.gguf') } : {}
      const models = [1, 2].map(() => ({ model: file('a.gguf'), parameters: {} }))
      const made = await make(merge(method, [], { models, ...base }))
      const { difference, weight } = await compare(made, at('a.gguf'))
      expect(difference).toBeLessThanOrEqual(weight * 1e-3)
      if (method === 'linear') expect(await bytesOf(made)).toEqual(await bytesOf(at('a.gguf')))
    },
  )

  test.each(['F16', 'Q8_0'])('adding a difference of nothing changes nothing: %s', async (type) => {
    const [a, b] = type === 'F16' ? ['a.gguf', 'b.gguf'] : ['a-q8.gguf', 'b-q8.gguf']
    const made = await make(merge('add_difference', [a, b], { base: file(b) }))
    expect(await bytesOf(made)).toEqual(await bytesOf(at(a)))
  })

  test('of quantised models it differs from that of the originals by no more than quantising does', async () => {
    const half = { parameters: { multiplier: 0.5 } }
    const exact = await make(merge('weighted_sum', ['a.gguf', 'b.gguf'], half))
    const coarse = await make(merge('weighted_sum', ['a-q8.gguf', 'b-q8.gguf'], half))
    const quantised = await make(merge('weighted_sum', ['a.gguf', 'b.gguf'], { ...half, outputType: 'Q8_0' }))
    const [inputs, merged, output] = [
      await compare(at('a-q8.gguf'), at('a.gguf')),
      await compare(coarse, exact),
      await compare(quantised, exact),
    ]
    expect(inputs.difference).toBeGreaterThan(0)
    expect(merged.difference).toBeLessThanOrEqual(inputs.difference + output.difference)
  })

  test('its tensors have the most precise type among the models', async () => {
    await using made = await openGguf(await make(merge('linear', ['a.gguf', 'b-q8.gguf'])))
    await using own = await openGguf(at('a.gguf'))
    expect(made.tensors.map(({ name, type }) => [name, type])).toEqual(
      own.tensors.map(({ name, type }) => [name, type]),
    )
  })

  test('a merge of merges is the merge of what those are', async () => {
    const inner = merge('weighted_sum', ['a.gguf', 'b.gguf'], { outputType: 'F32' })
    const models = [inner, file('base.gguf')].map((model) => ({ model, parameters: {} }))
    const nested = await make(merge('weighted_sum', [], { models, outputType: 'F32' }))
    const weights = [0.25, 0.25, 0.5]
    const flat = await make(
      merge('linear', [], {
        models: ['a.gguf', 'b.gguf', 'base.gguf'].map((name, index) => ({
          model: file(name),
          parameters: { weight: weights[index]! },
        })),
        outputType: 'F32',
      }),
    )
    expect((await compare(nested, flat)).difference).toBeLessThanOrEqual(1e-6)
  })

  test('LoRAs of its models are baked in first', async () => {
    const lora = { file: 'lora.gguf', strength: 1 }
    const baked = merge('passthrough', [], {
      models: [{ model: { ...file('a.gguf'), adapters: [lora] }, parameters: {} }],
      outputType: 'F32',
    })
    const half = {
      ...baked,
      models: [{ model: { ...file('a.gguf'), adapters: [{ ...lora, strength: 0.5 }] }, parameters: {} }],
    }
    const blend = merge('weighted_sum', [], {
      models: [
        { model: file('a.gguf'), parameters: {} },
        { model: { ...file('a.gguf'), adapters: [lora] }, parameters: {} },
      ],
      outputType: 'F32',
    })
    expect((await compare(await make(blend), await make(half))).difference).toBeLessThanOrEqual(1e-6)
    expect((await compare(await make(baked), at('a.gguf'))).difference).toBeGreaterThan(0.01)
  })

  test('layers of several models are stacked, and the file says how many there are', async () => {
    const stack = merge('passthrough', ['a.gguf', 'deep.gguf'], {
      slices: [{ sources: [{ model: 0, from: 0, to: 2 }] }, { sources: [{ model: 1, from: 1, to: 3 }] }],
    })
    await using made = await openGguf(await make(stack))
    const [own, a, deep] = [
      await tensorBytes(made),
      await bytesOf(at('a.gguf')),
      await bytesOf(at('deep.gguf')),
    ]
    expect(made.header.metadata.get('llama.block_count')).toBe(4)
    expect([0, 1, 2, 3].map((layer) => own[`blk.${layer}.ffn_up.weight`])).toEqual([
      a['blk.0.ffn_up.weight'],
      a['blk.1.ffn_up.weight'],
      deep['blk.1.ffn_up.weight'],
      deep['blk.2.ffn_up.weight'],
    ])
    expect([own['token_embd.weight'], own['output.weight']]).toEqual([
      a['token_embd.weight'],
      deep['output.weight'],
    ])
  })

  test('a gradient goes from the first layer to the last, and embeddings are at its beginning', async () => {
    const made = await bytesOf(
      await make(merge('weighted_sum', ['a.gguf', 'b.gguf'], { parameters: { multiplier: [0, 1] } })),
    )
    const [a, b] = [await bytesOf(at('a.gguf')), await bytesOf(at('b.gguf'))]
    for (const name of Object.keys(a)) {
      expect(made[name], name).toBe((name.startsWith('blk.1.') ? b : a)[name])
    }
  })

  test('a union of vocabularies has the tokens of all, and rows move with their tokens', async () => {
    const union = merge('linear', [], {
      models: [
        { model: file('a.gguf'), parameters: { weight: 1 } },
        { model: file('words.gguf'), parameters: { weight: 0 } },
      ],
      vocabulary: 'union',
    })
    await using made = await openGguf(await make(union))
    await using words = await openGguf(at('words.gguf'))
    const tokens = await made.value('tokenizer.ggml.tokens')
    expect(tokens?.type === 'array' && tokens.values.slice(-5)).toEqual([
      '<|im_end|>',
      ...[316, 317, 318, 319].map((number) => `<filler_${number}>`),
    ])
    const rows = async (model: GgufFile, from: number, count: number): Promise<Uint8Array> =>
      model.readRows(model.tensor('token_embd.weight')!, from, count)
    await using a = await openGguf(at('a.gguf'))
    expect(await rows(made, 0, 320)).toEqual(await rows(a, 0, 320))
    expect(await rows(made, 320, 4)).toEqual(await rows(words, 316, 4))
  })

  test('it carries its recipe', async () => {
    const recipe = merge('weighted_sum', ['a.gguf', 'b.gguf'])
    await using made = await openGguf(await make(recipe))
    expect(JSON.parse(String(made.header.metadata.get('woolgather.recipe')))).toEqual(recipe)
  })
})

describe('when it is made', () => {
  test('it is made once for all that ask, and again when one of its models is another file', async () => {
    await copyFile(at('a.gguf'), at('changing.gguf'))
    const recipe = merge('weighted_sum', ['changing.gguf', 'b.gguf'])
    const reports: string[] = []
    const onProgress = (done: number, total: number, unit: string): void =>
      void reports.push(`${done}/${total} ${unit}`)
    const before = (await readdir(at('made'))).length
    const paths = await Promise.all(
      [1, 2, 3].map(async () => (await makers.maker.hold(recipe, { ...options, onProgress })).path),
    )
    expect([new Set(paths).size, (await readdir(at('made'))).length]).toEqual([1, before + 1])
    expect(reports.at(-1)).toMatch(/^0\.2\/0\.2 MB merged, tensor 21 of 21, [\d.]+ MB\/s, 0 s left$/)
    await copyFile(at('base.gguf'), at('changing.gguf'))
    expect(await make(recipe)).not.toBe(paths[0])
  })

  test('what models are loaded with does not make another merge', async () => {
    const recipe = merge('weighted_sum', ['a.gguf', 'base.gguf'])
    const models = recipe.kind === 'merge' ? recipe.models : []
    const loaded = models.map(({ model }) => ({
      model: { ...model, threads: 3, gpuLayers: 1 },
      parameters: {},
    }))
    expect(await make({ ...recipe, models: loaded, contextSize: 64 } as ModelRecipe)).toBe(await make(recipe))
  })

  test('cancelling ends it for who cancels, and ends it at all only when nobody waits', async () => {
    const recipe = merge('linear', ['a.gguf', 'b.gguf', 'base.gguf'])
    const cancel = new AbortController()
    const first = makers.maker.hold(recipe, { ...options, signal: cancel.signal })
    const second = makers.maker.hold(recipe, options)
    cancel.abort(new Error('cancelled'))
    await expect(first).rejects.toThrow('cancelled')
    const { path: made } = await second
    expect(await readdir(at('made'))).toContain(path.basename(made))
  })

  test('a making that was cancelled leaves nothing', async () => {
    const before = await readdir(at('made'))
    const recipe = merge('linear', ['a.gguf', 'b.gguf'], { outputType: 'BF16' })
    const cancel = new AbortController()
    const onProgress = (): void => cancel.abort(new Error('cancelled'))
    await expect(makers.maker.hold(recipe, { signal: cancel.signal, onProgress })).rejects.toThrow(
      'cancelled',
    )
    expect(await readdir(at('made'))).toEqual(before)
    expect(await readdir(at(`made/making-${process.pid}`))).toEqual([])
  })
})
