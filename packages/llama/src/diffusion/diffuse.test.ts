import { createLlama } from '../create-llama.ts'
import { writeRandomLora, writeRandomModel, type RandomModelOptions } from '@woolgather/ggml/testing'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CanvasChange, DiffuseRequest, DiffuseResult } from '../contract/diffusing.ts'
import type { LanguageModel, LlamaRuntime } from '../contract/interface.ts'
import { temporaryFolder } from '../testing/native-model.ts'

const mask = 300
const llada: RandomModelOptions = {
  architecture: 'llada',
  name: 'Tiny diffuser',
  contextSize: 256,
  metadata: { 'tokenizer.ggml.mask_token_id': { u32: mask }, 'diffusion.shift_logits': { bool: false } },
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let llama: LlamaRuntime
let model: LanguageModel
beforeAll(async () => {
  folder = await temporaryFolder()
  llama = await createLlama({ gpu: 'cpu', threads: 1 })
  model = await load('model.gguf', llada)
})
afterAll(async () => {
  await llama[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

async function load(name: string, shape: RandomModelOptions): Promise<LanguageModel> {
  const file = path.join(folder.path, name)
  await writeRandomModel(file, shape)
  return await llama.loadModel({ path: file })
}

const holes = (count: number): null[] => Array.from({ length: count }, () => null)
const fill = (request: Partial<DiffuseRequest> = {}): Promise<DiffuseResult> =>
  model.diffuse({ prompt: { text: 'abc' }, canvas: holes(24), steps: 8, seed: 1, temperature: 1, ...request })

test('the header tells that it fills holes, and which token stands for one', () => {
  expect(model.info.diffusion).toEqual({
    maskToken: mask,
    endToken: 317,
    shifted: false,
    shiftAssumed: false,
    remembers: true,
  })
})

test('every hole is filled, never with the mask, and what stood there stays', async () => {
  const canvas = [1, null, 2, null, null, 3]
  const changes: CanvasChange[] = []
  const result = await fill({ canvas, steps: 2, onStep: (change) => changes.push(change) })
  expect(result.canvas).toHaveLength(6)
  expect(result.canvas).not.toContain(mask)
  for (const [place, token] of canvas.entries()) {
    if (token !== null) expect(result.canvas[place]).toBe(token)
    expect(result.probabilities[place] === null).toBe(token !== null)
  }
  expect(changes.map(({ step, steps, set }) => [step, steps, set.length])).toEqual([
    [1, 2, 2],
    [2, 2, 1],
  ])
})

test('a canvas without holes comes back as it was', async () => {
  expect(await fill({ canvas: [5, 6, 7] })).toMatchObject({ canvas: [5, 6, 7], steps: 0, capped: true })
})

test('more steps than holes are capped', async () => {
  expect(await fill({ canvas: holes(3), steps: 50 })).toMatchObject({ steps: 3, capped: true })
  expect(await fill({ canvas: holes(3), steps: 2 })).toMatchObject({ steps: 2, capped: false })
})

test('the same seed gives the same tokens alone and beside others, another seed others [R75]', async () => {
  const settings = { guidance: 1.5, order: 'random', remask: 0.2, polish: 1 } as const
  const alone = await fill(settings)
  const beside = await Promise.all([
    fill({ ...settings, canvas: holes(40), seed: 3 }),
    fill(settings),
    fill({ canvas: holes(7) }),
  ])
  expect(beside[1]).toEqual(alone)
  expect((await fill({ ...settings, seed: 2 })).canvas).not.toEqual(alone.canvas)
  expect(alone.reproducible).toBe('guaranteed')
})

test('guidance 1 is off, and a mix of the prompt with one of masks is guidance', async () => {
  const prompt = { tokens: [10, 11, 12] }
  const plain = await fill({ prompt })
  expect((await fill({ prompt, guidance: 1 })).canvas).toEqual(plain.canvas)
  const guided = await fill({ prompt, guidance: 3 })
  expect(guided.canvas).not.toEqual(plain.canvas)
  const terms = [
    { prompt, coefficient: 3 },
    { prompt: { tokens: [mask, mask, mask] }, coefficient: -2 },
  ]
  expect((await fill({ prompt: { terms } })).canvas).toEqual(guided.canvas)
})

test('from the left, places are set in turn, block by block where blocks are asked for', async () => {
  const places: number[] = []
  const onStep = ({ set }: CanvasChange): void => void places.push(...set.map(({ place }) => place))
  await fill({ order: 'left', end: 'never', steps: 24, onStep })
  expect(places).toEqual([...holes(24).keys()])
  places.length = 0
  await fill({ blockLength: 8, steps: 24, onStep })
  const blocks = [0, 8, 16].map((start) => places.slice(start, start + 8).toSorted((a, b) => a - b))
  expect(blocks.flat()).toEqual([...holes(24).keys()])
})

test('each setting changes what is written, or how', async () => {
  const usual = await told({})
  const changes: Partial<DiffuseRequest>[] = [
    { order: 'margin' },
    { order: 'entropy' },
    { order: 'random' },
    { order: 'left' },
    { schedule: 'cosine' },
    { blockLength: 8 },
    { guidance: 2 },
    { temperature: 0 },
    { topK: 2 },
    { topP: 0.2 },
    { minP: 0.5 },
    { polish: 1 },
    { remask: 0.5 },
    { threshold: 0.02 },
    { seed: 9 },
    { logitBias: [{ token: 42, bias: 30 }] },
  ]
  for (const change of changes) expect(await told(change), JSON.stringify(change)).not.toEqual(usual)
})

async function told(request: Partial<DiffuseRequest>): Promise<unknown> {
  const changes: CanvasChange[] = []
  const { canvas } = await fill({ ...request, onStep: (change) => changes.push(change) })
  return { canvas, changes: changes.map(({ set }) => set.map(({ place, token }) => [place, token])) }
}

test('“never” keeps tokens out that end a text, “last” sets them when nothing else is left to choose', async () => {
  const [end] = model.endTokens()
  const logitBias = [{ token: end!, bias: 60 }]
  expect((await fill({ end: 'never', logitBias })).canvas).not.toContain(end)
  expect(new Set((await fill({ end: 'free', logitBias })).canvas)).toEqual(new Set([end]))
})

test('a LoRA bends it, and strength 0 does not', async () => {
  const lora = path.join(folder.path, 'lora.gguf')
  await writeRandomLora(lora, { architecture: 'llada' })
  const plain = await fill({ temperature: 0 })
  const bent = await fill({ temperature: 0, adapters: [{ path: lora, strength: 4 }] })
  expect(bent.canvas).not.toEqual(plain.canvas)
  const none = await fill({ temperature: 0, adapters: [{ path: lora, strength: 0 }] })
  expect(none.canvas).toEqual(plain.canvas)
})

test('a control vector bends it', async () => {
  const { layers, embeddingSize } = model.info
  const direction = new Float32Array(embeddingSize).map((_, index) => (index % 3) - 1)
  const vector = { directions: new Map([[layers - 1, direction]]) }
  const plain = await fill({ temperature: 0 })
  expect((await fill({ temperature: 0, vectors: [{ vector, strength: 4 }] })).canvas).not.toEqual(
    plain.canvas,
  )
})

test('it is cancelled between steps', async () => {
  const abort = new AbortController()
  const steps: number[] = []
  const onStep = ({ step }: CanvasChange): void => {
    steps.push(step)
    if (step === 3) abort.abort()
  }
  await expect(fill({ steps: 24, signal: abort.signal, onStep })).rejects.toMatchObject({ code: 'cancelled' })
  expect(steps).toEqual([1, 2, 3])
})

test('scores are estimates: each token with itself masked', async () => {
  const [score] = await model.score({ prompt: { text: 'abc' }, continuations: [{ text: 'hello there' }] })
  expect(score!.tokens.map(({ text }) => text).join('')).toBe('hello there')
  expect(score!.tokens.every(({ logprob }) => logprob < 0)).toBe(true)
  expect(score!.perplexity).toBeGreaterThan(1)
})

test('texts are embedded', async () => {
  const [one, same, other] = await model.embed({ texts: ['abc', 'abc', 'something else'] })
  expect(one).toEqual(same)
  expect(other).not.toEqual(one)
  expect(Math.hypot(...one!)).toBeCloseTo(1)
})

describe('it refuses', () => {
  test('to write from left to right, and a model that does so to fill holes', async () => {
    await expect(model.generate({ prompt: { text: 'abc' }, seed: 1 })).rejects.toMatchObject({
      code: 'model-unsupported',
      message: expect.stringMatching(/Tiny diffuser is a diffusion model/),
      hint: expect.stringMatching(/“Diffuse”/),
    })
    await using writer = await load('writer.gguf', { name: 'Tiny writer' })
    await expect(
      writer.diffuse({ prompt: { text: 'abc' }, canvas: holes(4), steps: 4, seed: 1 }),
    ).rejects.toMatchObject({
      code: 'model-unsupported',
      message: expect.stringMatching(/Tiny writer writes from left to right/),
      hint: expect.stringMatching(/“Generate”/),
    })
  })

  test('to have states read for a control vector', async () => {
    const reading = model.readStates({ texts: [{ text: { text: 'abc' } }], layers: [1] })
    await expect(reading).rejects.toMatchObject({
      code: 'model-unsupported',
      hint: expect.stringMatching(/apply it here/),
    })
  })

  test('a canvas that does not fit, with the numbers', async () => {
    await expect(fill({ canvas: holes(300) })).rejects.toMatchObject({
      code: 'context-too-long',
      message: 'The prompt has 4 tokens and the canvas 300; together at most 256 fit.',
    })
  })

  test('an empty canvas, tokens that there are not, and settings out of range', async () => {
    await expect(fill({ canvas: [] })).rejects.toMatchObject({ code: 'invalid-token' })
    await expect(fill({ canvas: [320] })).rejects.toMatchObject({ code: 'invalid-token' })
    const wrong: Partial<DiffuseRequest>[] = [
      { steps: 0 },
      { steps: 1.5 },
      { temperature: -1 },
      { topP: 2 },
      { remask: -0.1 },
      { blockLength: 0 },
      { guidance: Number.NaN },
      { order: 'upwards' as 'left' },
    ]
    for (const one of wrong) await expect(fill(one)).rejects.toMatchObject({ code: 'invalid-sampling' })
  })

  test('biases that forbid everything', async () => {
    const logitBias = [...holes(320).keys()].map((token) => ({ token, bias: -Infinity }))
    await expect(fill({ logitBias })).rejects.toMatchObject({ code: 'invalid-sampling' })
  })

  test('a file that names no mask token', async () => {
    await expect(load('maskless.gguf', { ...llada, metadata: {} })).rejects.toMatchObject({
      code: 'model-unsupported',
      message: expect.stringMatching(/names no mask token/),
    })
  })
})

test('a file that does not say whether its rows are shifted is read as shifted, and tells so', async () => {
  const metadata = { 'tokenizer.ggml.mask_token_id': { u32: mask } }
  await using silent = await load('silent.gguf', { ...llada, metadata })
  expect(silent.info.diffusion).toMatchObject({ shifted: true, shiftAssumed: true })
})
