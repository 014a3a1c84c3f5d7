import { expect, test } from 'vitest'
import type { ControlVector, TextStates } from '../contract/interface.ts'
import type { ResidentModel } from '../resident/resident-model.ts'
import { endless, loadTestModel, someTokens } from '../testing/native-model.ts'
import { EmbeddingContext, poolings } from '../native/embedding-context.ts'
import { generate } from '../requests/generate.ts'
import { embed, readTexts } from '../requests/read-texts.ts'

const texts = [30, 7, 600, 1].map((length, seed) => ({ text: { tokens: someTokens(length, seed + 1) } }))

function direction(size: number, seed: number): Float32Array {
  return Float32Array.from({ length: size }, (_, index) => Math.sin(seed * 100 + index))
}

const vectorOf = (...entries: [number, Float32Array][]): ControlVector => ({ directions: new Map(entries) })

function largestDifference(a: Float32Array, b: Float32Array): number {
  return Math.max(...a.map((value, index) => Math.abs(value - b[index]!)))
}

async function readAlone(model: ResidentModel, layers: number[]): Promise<TextStates[]> {
  const alone = []
  for (const text of texts) alone.push(...(await readTexts(model, { texts: [text], layers })))
  return alone
}

test('the states of many texts at once are those of each alone, in every block', async () => {
  await using loaded = await loadTestModel({ layers: 4 })
  const { model } = loaded
  const layers = [0, 2, 3]
  const progress: [number, number][] = []
  const onProgress = (done: number, total: number): unknown => progress.push([done, total])
  const together = await readTexts(model, { texts, layers, onProgress })
  const alone = await readAlone(model, layers)
  together.forEach((states, index) => {
    expect([...states.keys()]).toEqual(layers)
    for (const layer of layers) {
      expect(states.get(layer)).toHaveLength(64)
      expect(largestDifference(states.get(layer)!, alone[index]!.get(layer)!)).toBeLessThan(1e-4)
    }
  })
  expect(progress.at(-1)).toEqual([4, 4])
})

test('pooling takes the mean of a text’s own tokens, or its last', async () => {
  await using loaded = await loadTestModel({ layers: 3 })
  const { model } = loaded
  const [before, own] = [someTokens(9, 1), someTokens(3, 2)]
  const lasts = await readTexts(model, {
    layers: [1],
    pooling: 'last',
    texts: [1, 2, 3].map((count) => ({ text: { tokens: [...before, ...own.slice(0, count)] } })),
  })
  const [mean] = await readTexts(model, {
    layers: [1],
    texts: [{ after: { tokens: before }, text: { tokens: own } }],
  })
  const expected = mean!
    .get(1)!
    .map((_, index) => lasts.reduce((sum, states) => sum + states.get(1)![index]! / 3, 0))
  expect(largestDifference(mean!.get(1)!, expected)).toBeLessThan(1e-5)
})

test('a vector lands on the block it was read from: its output moves by strength × direction, and nothing below', async () => {
  await using loaded = await loadTestModel({ layers: 4 })
  const { model } = loaded
  const layers = [0, 1, 2, 3]
  const plain = await readTexts(model, { texts, layers })
  for (const layer of [1, 2, 3]) {
    const added = direction(64, layer)
    const vectors = [{ vector: vectorOf([layer, added]), strength: -1.5 }]
    const steered = await readTexts(model, { texts, layers, vectors })
    steered.forEach((states, index) => {
      for (const below of layers.slice(0, layer)) {
        expect(largestDifference(states.get(below)!, plain[index]!.get(below)!)).toBe(0)
      }
      const expected = plain[index]!.get(layer)!.map((value, at) => value - 1.5 * added[at]!)
      expect(largestDifference(states.get(layer)!, expected)).toBeLessThan(1e-5)
    })
  }
})

test('vectors add up, each times its strength, and leave no trace in what is written after', async () => {
  await using loaded = await loadTestModel({ layers: 4 })
  const { model } = loaded
  const [a, b] = [direction(64, 1), direction(64, 2)]
  const sum = a.map((value, index) => 3 * value - 2 * b[index]!)
  const write = async (vectors: [ControlVector, number][]): Promise<number[]> => {
    const { tokens } = await generate(model, {
      prompt: { tokens: someTokens(20, 1) },
      seed: 1,
      maxTokens: 12,
      sampling: { temperature: 0, logitBias: endless(model) },
      vectors: vectors.map(([vector, strength]) => ({ vector, strength })),
    })
    return tokens
  }
  const whole = vectorOf([1, sum], [2, sum], [3, sum])
  const upper = vectorOf([3, direction(64, 5)])
  const plain = await write([])
  const [once, parts, other, none] = await Promise.all([
    write([[whole, 1]]),
    write([
      [vectorOf([1, a], [2, a], [3, a]), 3],
      [vectorOf([1, b], [2, b], [3, b]), -2],
    ]),
    write([[upper, 8]]),
    write([[whole, 0]]),
  ])
  expect(parts).toEqual(once)
  expect([once, other].every((tokens) => tokens.join() !== plain.join())).toBe(true)
  expect([
    none,
    await write([]),
    await write([
      [whole, 1],
      [whole, -1],
    ]),
  ]).toEqual([plain, plain, plain])
})

test('KV of a steered generation is never reused by another', async () => {
  await using loaded = await loadTestModel({ layers: 3 })
  const { model } = loaded
  const vectors = [{ vector: vectorOf([1, direction(64, 1)]), strength: 1 }]
  const prompt = { tokens: someTokens(50, 1) }
  const shared = async (more: object): Promise<number> =>
    (await generate(model, { prompt, seed: 1, maxTokens: 1, ...more })).sharedPromptTokens
  expect([await shared({ vectors }), await shared({}), await shared({ vectors }), await shared({})]).toEqual([
    0, 0, 49, 49,
  ])
})

test('a vector of another model, or for a block that cannot be steered, is refused', async () => {
  await using loaded = await loadTestModel({ layers: 3 })
  const { model } = loaded
  const use = (vector: ControlVector, strength = 1): Promise<unknown> =>
    generate(model, { prompt: { tokens: [1] }, seed: 1, maxTokens: 1, vectors: [{ vector, strength }] })
  const fitting = direction(64, 1)
  await expect(use(vectorOf([1, direction(128, 1)]))).rejects.toMatchObject({ code: 'vector-mismatch' })
  await expect(use(vectorOf([3, fitting]))).rejects.toMatchObject({ code: 'vector-mismatch' })
  await expect(use({ architecture: 'qwen2', ...vectorOf([1, fitting]) })).rejects.toMatchObject({
    code: 'vector-mismatch',
    message: expect.stringContaining('for qwen2 models'),
  })
  await expect(use(vectorOf([0, fitting]))).rejects.toMatchObject({ code: 'invalid-layer' })
  await expect(use(vectorOf([1, fitting]), Number.NaN)).rejects.toMatchObject({ code: 'invalid-sampling' })
  await expect(readTexts(model, { texts, layers: [3] })).rejects.toMatchObject({ code: 'invalid-layer' })
})

test('texts become vectors of length 1, close where the texts are', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const embedded = await embed(model, { texts: ['a story of the sea', 'a story of the sea.', 'Zq! 4?'] })
  const dot = (a: Float32Array, b: Float32Array): number =>
    a.reduce((sum, value, index) => sum + value * b[index]!, 0)
  const [one, near, far] = embedded as [Float32Array, Float32Array, Float32Array]
  expect(embedded.map((vector) => dot(vector, vector))).toEqual(Array(3).fill(expect.closeTo(1, 5)))
  expect(dot(one, near)).toBeGreaterThan(dot(one, far))
})

test('reading is cancelled between decode calls', async () => {
  await using loaded = await loadTestModel()
  const controller = new AbortController()
  const reading = readTexts(loaded.model, {
    texts: Array.from({ length: 8 }, (_, seed) => ({ text: { tokens: someTokens(400, seed) } })),
    layers: [1],
    signal: controller.signal,
    onProgress: () => controller.abort(),
  })
  await expect(reading).rejects.toMatchObject({ code: 'cancelled' })
})

test('a text becomes a vector as the file says: by its tokens’ mean, or by one of them', async () => {
  const embedded = async (pooling: number): Promise<Float32Array> => {
    await using loaded = await loadTestModel({ metadata: { 'llama.pooling_type': { u32: pooling } } })
    const [vector] = await embed(loaded.model, { texts: ['a story of the sea'] })
    return vector!
  }
  const [mean, first, last] = [await embedded(1), await embedded(2), await embedded(3)]
  expect(largestDifference(mean, first)).toBeGreaterThan(0.01)
  expect(largestDifference(mean, last)).toBeGreaterThan(0.01)
  await expect(embedded(4)).rejects.toMatchObject({ code: 'model-unsupported' })
})

test('read whole and pooled by llama.cpp, a text becomes the vector that its states give', async () => {
  await using loaded = await loadTestModel()
  const { model, native } = loaded
  const { tokens } = await model.reader.pooled({ text: { text: 'a story of the sea' } })
  await using context = await EmbeddingContext.create(native, model.weights, {
    contextSize: tokens.length,
    threads: 1,
    pooling: poolings.mean,
  })
  const whole = await context.read(tokens)
  const length = Math.hypot(...whole)
  const [pooled] = await embed(model, { texts: ['a story of the sea'] })
  expect(
    largestDifference(
      whole.map((value) => value / length),
      pooled!,
    ),
  ).toBeLessThan(1e-5)
})
