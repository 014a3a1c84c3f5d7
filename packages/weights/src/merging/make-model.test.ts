import { tensorTypes, type TensorType } from '@woolgather/ggml'
import { writeGguf, writeRandomLora, writeRandomModel, type GgufTensor } from '@woolgather/ggml/testing'
import { describeModel, ggmlTypes, openGguf, readHeader, type GgufFile } from '@woolgather/gguf'
import { outputTypes, type MergeSource, type ModelRecipe, type OutputType } from '@woolgather/workflow'
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSources } from '../testing/open-sources.ts'
import { createLoraMaker } from '../loras/make-lora.ts'
import { openTrainedLoras } from '../loras/trained-loras.ts'
import { isReadable, typeName, WeightsFile } from '../sources/weights-file.ts'
import { openMadeFiles } from '../made/made-files.ts'
import { createModelMaker, type ModelMaker } from './make-model.ts'
import { startThreads } from '../jobs/threads.ts'

let folder = ''
let maker: ModelMaker
const threads = startThreads()
const at = (name: string): string => path.join(folder, name)
const options = { signal: new AbortController().signal, onProgress: () => {} }

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'woolgather-models-'))
  const made = openMadeFiles(at('made'), 1e9)
  const files = openSources(folder)
  const loras = createLoraMaker({
    made,
    threads,
    files,
    modelPath: (...of) => maker.pathOf(...of),
    trained: openTrainedLoras(folder),
  })
  maker = createModelMaker({ made, threads, files, loras })
  await writeRandomModel(at('a.gguf'), { type: 'F16' })
  await writeRandomModel(at('b.gguf'), { type: 'F16', seed: 2 })
  await writeRandomModel(at('base.gguf'), { type: 'F16', seed: 3 })
  await writeRandomModel(at('a-q8.gguf'), { type: 'Q8_0' })
  await writeRandomModel(at('b-q8.gguf'), { type: 'Q8_0', seed: 2 })
  await writeRandomModel(at('deep.gguf'), { type: 'F16', layers: 3 })
  await writeRandomModel(at('wide.gguf'), { type: 'F16', embeddingSize: 128 })
  await writeRandomModel(at('words.gguf'), { type: 'F16', vocabSize: 324 })
  await writeRandomLora(at('lora.gguf'), { seed: 5, alpha: 8 })
  await writeRandomLora(at('wide-lora.gguf'), { embeddingSize: 128 })
})
afterAll(async () => {
  await threads[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const file = (name: string): ModelRecipe => ({ kind: 'file', file: name, adapters: [] })

function merge(method: string, models: readonly string[], how: Partial<MergeSource> = {}): ModelRecipe {
  return {
    kind: 'merge',
    method,
    models: models.map((name) => ({ model: file(name), parameters: {} })),
    parameters: {},
    vocabulary: 'same',
    outputType: 'auto',
    adapters: [],
    ...how,
  }
}

const make = async (recipe: ModelRecipe): Promise<string> => (await maker.hold(recipe, options)).path

/** Every tensor's bytes. */
async function bytesOf(name: string): Promise<Record<string, string>> {
  await using model = await openGguf(name)
  return await tensorBytes(model)
}

async function tensorBytes(model: GgufFile): Promise<Record<string, string>> {
  const entries: [string, string][] = []
  for (const tensor of model.tensors) {
    entries.push([tensor.name, Buffer.from(await model.readRows(tensor, 0, tensor.rows)).toString('base64')])
  }
  return Object.fromEntries(entries.toSorted(([a], [b]) => a.localeCompare(b)))
}

/** The largest difference of a weight, and the largest weight. */
async function compare(first: string, second: string): Promise<{ difference: number; weight: number }> {
  await using own = await WeightsFile.open(first)
  await using other = await WeightsFile.open(second)
  let [difference, weight] = [0, 0]
  for (const tensor of own.file.tensors.filter(isReadable)) {
    const [x, y] = [await own.read(tensor, 0, tensor.rows), await other.read(tensor, 0, tensor.rows)]
    for (let i = 0; i < x.length; i++) {
      difference = Math.max(difference, Math.abs(x[i]! - y[i]!))
      weight = Math.max(weight, Math.abs(x[i]!))
    }
  }
  return { difference, weight }
}

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
      [1, 2, 3].map(async () => (await maker.hold(recipe, { ...options, onProgress })).path),
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
    const first = maker.hold(recipe, { ...options, signal: cancel.signal })
    const second = maker.hold(recipe, options)
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
    await expect(maker.hold(recipe, { signal: cancel.signal, onProgress })).rejects.toThrow('cancelled')
    expect(await readdir(at('made'))).toEqual(before)
    expect(await readdir(at(`made/making-${process.pid}`))).toEqual([])
  })
})

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
    const before = await readdir(at('made'))
    await expect(make(recipe())).rejects.toMatchObject({ code: 'merge-impossible', ...error })
    expect(await readdir(at('made'))).toEqual(before)
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
      await damage('damaged.gguf', 'blk.1.ffn_up.weight', value)
      const before = await readdir(at('made'))
      const message = `blk.1.ffn_up.weight of damaged.gguf holds ${value} (row 0, column 5).`
      for (const recipe of [
        merge('linear', ['damaged.gguf', 'b.gguf']),
        merge('passthrough', ['damaged.gguf']),
      ]) {
        await expect(make(recipe)).rejects.toMatchObject({ code: 'merge-impossible', message })
      }
      expect(await readdir(at('made'))).toEqual(before)
      expect(await readdir(at(`made/making-${process.pid}`))).toEqual([])
    },
  )
})

/** A copy of model A as 32-bit floats, with one weight replaced. */
async function damage(name: string, tensor: string, value: number): Promise<void> {
  const source = await make(merge('passthrough', ['a.gguf'], { outputType: 'F32' }))
  const bytes = await readFile(source)
  await using model = await openGguf(source)
  bytes.writeFloatLE(value, model.tensor(tensor)!.start + 5 * 4)
  await writeFile(at(name), bytes)
}

describe('saved as another type', () => {
  const save = (type: OutputType, name: string, recipe = file('a.gguf')): ReturnType<ModelMaker['save']> =>
    maker.save(at(name), recipe, { ...options, type, metadata: { 'woolgather.workflow': '{}' } })

  test.each(['F32', 'F16', 'BF16', 'Q8_0', 'Q4_0', 'Q5_0', 'IQ4_NL'] as const)('%s', async (type) => {
    const { notes } = await save(type, `saved-${type}.gguf`)
    const { difference, weight } = await compare(at(`saved-${type}.gguf`), at('a.gguf'))
    const allowed = { F32: 0, F16: 0, BF16: 0.004, Q8_0: 0.005, Q4_0: 0.15, Q5_0: 0.08, IQ4_NL: 0.15 }[type]
    expect(difference).toBeLessThanOrEqual(allowed * weight)
    // the output layer of quantised models is Q6_K where its rows are long enough
    const falls = /^(Q4|Q5|IQ4)/.test(type)
    expect(notes).toEqual(
      falls ? ['1 tensor is Q8_0 in place of Q6_K, as their rows are no multiples of 256'] : [],
    )
  })

  test('K-quants fall back tensor by tensor where rows are no multiples of 256, and it says so', async () => {
    const { notes } = await save('Q4_K_M', 'saved-q4km.gguf')
    expect(notes.toSorted()).toEqual([
      expect.stringMatching(/^\d+ tensors are Q5_0 in place of Q4_K, as their rows are no multiples of 256$/),
      expect.stringMatching(/^\d+ tensors are Q8_0 in place of Q6_K, as their rows are no multiples of 256$/),
    ])
    await writeRandomModel(at('long.gguf'), { type: 'F16', embeddingSize: 256, feedForwardSize: 512 })
    expect(await save('Q4_K_M', 'long-q4km.gguf', file('long.gguf'))).toMatchObject({ notes: [] })
    expect((await compare(at('long-q4km.gguf'), at('long.gguf'))).difference).toBeGreaterThan(0)
  })

  test('its type is what was asked for, whatever some tensors got; kept, it is what it was', async () => {
    const typeOf = async (name: string): Promise<string> =>
      describeModel(await readHeader(at(name))).quantization
    for (const type of outputTypes) {
      if (type === 'auto') continue
      await save(type, 'labelled.gguf')
      expect(await typeOf('labelled.gguf')).toBe(type)
      await save('auto', 'relabelled.gguf', file('labelled.gguf'))
      expect(await typeOf('relabelled.gguf')).toBe(type)
    }
    await save('auto', 'half.gguf', merge('weighted_sum', ['a-q8.gguf', 'b.gguf']))
    expect(await typeOf('half.gguf')).toBe(describeModel(await readHeader(at('b.gguf'))).quantization)
  })

  test('what rounding takes of a baked LoRA is told with its measure, where it is not nearly all there', async () => {
    await save('Q4_0', 'coarse.gguf')
    const bake = async (
      type: OutputType,
      strength: number,
    ): Promise<{ kept: number; error: number } | undefined> => {
      const adapters = [{ file: 'lora.gguf', strength }]
      const { notes } = await save(type, 'baked.gguf', { ...file('coarse.gguf'), adapters })
      const found = /keeps? (\d+)% of what the LoRAs change.* ([\d.]+) times/.exec(notes.join('\n'))
      return found ? { kept: Number(found[1]), error: Number(found[2]) } : undefined
    }
    expect([await bake('F16', 1), await bake('F32', 0.001)]).toEqual([undefined, undefined])
    // A change far below a step of the rounding leaves the weights where they were.
    expect(await bake('auto', 1e-6)).toEqual({ kept: 0, error: 1 })
    expect(await bake('Q4_0', 1e-6)).toEqual({ kept: 0, error: 1 })
    const [fine, coarse] = [await bake('Q8_0', 0.05), await bake('Q4_0', 0.05)]
    expect(coarse!.error).toBeGreaterThan(4 * (fine?.error ?? 0))
  })

  test.each([0, 1e-60])('at strength %s a LoRA bakes nothing', async (strength) => {
    await save('auto', 'none-baked.gguf', { ...file('a.gguf'), adapters: [{ file: 'lora.gguf', strength }] })
    expect(await bytesOf(at('none-baked.gguf'))).toEqual(await bytesOf(at('a.gguf')))
  })

  test('what a bake lost is told of it where it is only used, used again, built upon and saved as a copy', async () => {
    await save('Q4_0', 'coarse.gguf')
    const adapters = [{ file: 'lora.gguf', strength: 1e-6 }]
    const of = (model: ModelRecipe): { model: ModelRecipe; parameters: {} } => ({ model, parameters: {} })
    const baked = merge('passthrough', [], { models: [of({ ...file('coarse.gguf'), adapters })] })
    expect(await maker.notesOf(baked)).toEqual([])
    const lost = [expect.stringContaining('0% of what the LoRAs change')]
    const first = await maker.hold(baked, options)
    first.release()
    expect([first.notes, await maker.notesOf(baked)]).toEqual([lost, lost])
    const again = await maker.hold(baked, options)
    again.release()
    expect([again.path, again.notes]).toEqual([first.path, lost])
    const above = await maker.hold(
      merge('weighted_sum', [], { models: [of(baked), of(file('b.gguf'))] }),
      options,
    )
    above.release()
    expect(above.notes).toEqual(lost)
    expect((await save('auto', 'copied.gguf', baked)).notes).toEqual(lost)
  })

  test('kept as it is, the tensors are the same byte for byte, and it carries what it was given', async () => {
    await save('auto', 'kept.gguf', file('a-q8.gguf'))
    expect(await bytesOf(at('kept.gguf'))).toEqual(await bytesOf(at('a-q8.gguf')))
    await using kept = await openGguf(at('kept.gguf'))
    expect(kept.header.metadata.get('woolgather.workflow')).toBe('{}')
  })

  describe('types that are seldom written', () => {
    /** Tensors of types that ggml reads, and a table of numbers that are no weights. */
    const seldom = (name: string, table: readonly number[] = [3, 1, 4, 1]): void => {
      const fill = (seed: number, type: TensorType, columns: number, rows: number): Uint8Array => {
        const { elements, bytes } = ggmlTypes.get(tensorTypes[type])!
        const block = (index: number): number => (index * 37 + seed) % 256
        const data = Uint8Array.from({ length: ((columns * rows) / elements) * bytes }, (_, index) =>
          block(index),
        )
        // Scales that are numbers.
        for (let at = 0; at < data.length; at += bytes) data.set(type === 'MXFP4' ? [120] : [0, 0x3c], at)
        return data
      }
      const tensor = (part: string, type: TensorType, seed: number): GgufTensor => {
        const data = fill(seed, type, 256, 4)
        return { name: `blk.0.${part}.weight`, type, shape: [256, 4], bytes: data.length, data: () => data }
      }
      const numbers = new Uint8Array(Int32Array.from(table).buffer)
      writeGguf(at(name), { 'general.architecture': { text: 'llama' }, 'llama.block_count': { u32: 1 } }, [
        tensor('ffn_up_exps', 'MXFP4', 1),
        tensor('ffn_gate', 'IQ2_XXS', 2),
        tensor('ffn_down', 'IQ1_S', 3),
        tensor('attn_q', 'Q8_0', 4),
        { name: 'blk.0.ids', type: 'I32', shape: [4], bytes: 16, data: () => numbers },
      ])
    }
    const typesOf = async (name: string): Promise<(string | null)[]> => {
      await using model = await openGguf(at(name))
      return model.tensors.map(typeName)
    }

    test('kept, they are the same byte for byte, and so is what holds no weights', async () => {
      seldom('seldom.gguf')
      const { notes } = await save('auto', 'seldom-kept.gguf', file('seldom.gguf'))
      expect(await bytesOf(at('seldom-kept.gguf'))).toEqual(await bytesOf(at('seldom.gguf')))
      expect(notes).toEqual([])
    })

    test('merged, what only measurements choose well is stored in more bits, and it says so', async () => {
      seldom('seldom.gguf')
      const { notes } = await save(
        'auto',
        'seldom-merged.gguf',
        merge('linear', ['seldom.gguf', 'seldom.gguf']),
      )
      expect(await typesOf('seldom-merged.gguf')).toEqual(['MXFP4', 'Q4_K', 'Q4_K', 'Q8_0', 'I32'])
      const because =
        'which holds only what was trained in it, or chosen by measurements of a text (an importance matrix)'
      expect(notes).toEqual([
        `1 tensor is Q4_K in place of IQ2_XXS, ${because}`,
        `1 tensor is Q4_K in place of IQ1_S, ${because}`,
      ])
      const { difference, weight } = await compare(at('seldom-merged.gguf'), at('seldom.gguf'))
      expect(difference).toBeLessThan(0.1 * weight)
    })

    test('stored as another type, they hold what they held', async () => {
      seldom('seldom.gguf')
      await save('F32', 'seldom-f32.gguf', file('seldom.gguf'))
      expect(await typesOf('seldom-f32.gguf')).toEqual(['F32', 'F32', 'F32', 'F32', 'I32'])
      expect((await compare(at('seldom-f32.gguf'), at('seldom.gguf'))).difference).toBe(0)
    })

    test('what holds no weights, and differs, cannot be merged', async () => {
      seldom('seldom.gguf')
      seldom('other-table.gguf', [2, 7, 1, 8])
      await expect(make(merge('linear', ['seldom.gguf', 'other-table.gguf']))).rejects.toMatchObject({
        code: 'merge-impossible',
        message: 'blk.0.ids is I32, which holds no weights, and differs between these models.',
      })
    })
  })

  test('a model too large for 16 bits is refused by tensor', async () => {
    await damage('large.gguf', 'blk.0.ffn_down.weight', 1e6)
    await expect(save('F16', 'saved-large.gguf', file('large.gguf'))).rejects.toMatchObject({
      code: 'merge-impossible',
      message:
        'blk.0.ffn_down.weight holds numbers beyond 65504 when merged, the largest that F16 can store.',
    })
    expect(await readdir(folder)).not.toContain('saved-large.gguf')
  })
})
