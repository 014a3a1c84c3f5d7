import { expect, test } from 'vitest'
import { LlamaError } from '../contract/error.ts'
import type { RuntimeInfo } from '../contract/interface.ts'
import { chooseResources, type ChooseResourcesInput, type Resources } from './choose-resources.ts'
import { estimateMemory } from './estimate-memory.ts'
import type { InspectedModel } from './inspect-model.ts'

const GiB = 2 ** 30
const MiB = 2 ** 20

const cpu: RuntimeInfo = { build: 'v', backend: 'cpu', devices: [], threads: 3 }
const gpu = (freeBytes: number): RuntimeInfo => ({
  ...cpu,
  backend: 'cuda',
  devices: [{ name: 'CUDA0', description: 'a GPU', freeBytes, totalBytes: freeBytes }],
})

interface Shape {
  layers: number
  blockBytes: number
  outputBytes: number
  vocabSize: number
  trained: number
}

/** Embedding 4096, 32 heads, 8 KV heads: 4 KiB of KV cache per token and block. */
const model = (shape: Shape): InspectedModel => {
  const blocks = Array.from({ length: shape.layers }, (_, index) => ({
    name: `blk.${index}.w`,
    elements: 1,
    bytes: shape.blockBytes,
  }))
  return {
    path: '/models/m.gguf',
    parts: ['/models/m.gguf'],
    writes: true,
    diffuses: false,
    architecture: 'llama',
    name: 'm',
    layers: shape.layers,
    embeddingSize: 4096,
    vocabSize: shape.vocabSize,
    trainedContextSize: shape.trained,
    chatTemplate: undefined,
    parameters: 0,
    bytes: 0,
    tensors: [
      { name: 'token_embd.weight', elements: 1, bytes: shape.outputBytes },
      ...blocks,
      { name: 'output.weight', elements: 1, bytes: shape.outputBytes },
    ],
    figures: new Map<string, number>([
      ['attention.head_count', 32],
      ['attention.head_count_kv', 8],
      ['feed_forward_length', 14_336],
    ]),
  }
}

/** Like Llama 3.1 8B in Q4_K_M. */
const eight = model({
  layers: 32,
  blockBytes: 130 * MiB,
  outputBytes: 400 * MiB,
  vocabSize: 128_256,
  trained: 131_072,
})
const tiny = model({ layers: 4, blockBytes: MiB, outputBytes: MiB, vocabSize: 1024, trained: 256 })

const choose = async (input: Partial<ChooseResourcesInput> & { model: InspectedModel }): Promise<Resources> =>
  chooseResources({
    wanted: {},
    runtime: cpu,
    maxSequences: 16,
    freeRam: 16 * GiB,
    ...input,
  })

test('a small model gets its trained length for every sequence, and each may use one trained length', async () => {
  expect(await choose({ model: tiny })).toEqual({
    gpuLayers: 0,
    contextSize: 16 * 256,
    threads: 3,
    sequenceLimit: 256,
  })
})

test('a long trained length is cut to half of the memory beside the weights', async () => {
  const { contextSize } = await choose({ model: eight, maxSequences: 4 })
  const need = estimateMemory(eight, { gpuLayers: 0, contextSize, maxSequences: 4 })
  const weights = estimateMemory(eight, { gpuLayers: 0, contextSize: 0, maxSequences: 4 })
  const half = (16 * GiB * 0.9 - weights.ram) / 2
  expect(contextSize % 256).toBe(0)
  expect(need.ram - weights.ram).toBeLessThanOrEqual(half)
  expect(need.ram - weights.ram).toBeGreaterThan(half - 256 * 32 * 4096 - 1)
})

test('with memory to spare a model gets its whole trained length, and not a multiple of it', async () => {
  expect(await choose({ model: eight, freeRam: 200 * GiB })).toMatchObject({ contextSize: 131_072 })
})

test('everything goes to a GPU where it fits', async () => {
  expect(await choose({ model: eight, runtime: gpu(80 * GiB) })).toMatchObject({
    gpuLayers: 33,
    contextSize: 131_072,
  })
})

test('as many layers go to a GPU as fit, the output layer first', async () => {
  const part = await choose({ model: eight, runtime: gpu(4 * GiB) })
  const need = estimateMemory(eight, { ...part, maxSequences: 16 })
  expect(part.gpuLayers).toBeGreaterThan(8)
  expect(part.gpuLayers).toBeLessThan(32)
  expect(need.gpu).toBeLessThanOrEqual(4 * GiB)
  expect(await choose({ model: eight, runtime: gpu(100 * MiB) })).toMatchObject({ gpuLayers: 0 })
})

test('what is wanted is taken as it is', async () => {
  const wanted = { gpuLayers: 5, contextSize: 1000, threads: 2 }
  expect(await choose({ model: eight, runtime: gpu(8 * GiB), wanted })).toEqual({
    gpuLayers: 5,
    contextSize: 1000,
    threads: 2,
    sequenceLimit: 1000,
  })
})

test('layers beyond the model’s mean all of them, and without a GPU none', async () => {
  const wanted = { gpuLayers: 99 }
  expect(await choose({ model: eight, runtime: gpu(80 * GiB), wanted })).toMatchObject({ gpuLayers: 33 })
  expect(await choose({ model: eight, wanted })).toMatchObject({ gpuLayers: 0 })
})

test('a sequence may pass the trained length only where the context asked for gives each more', async () => {
  const limit = async (contextSize: number, maxSequences: number): Promise<number> =>
    (await choose({ model: tiny, wanted: { contextSize }, maxSequences })).sequenceLimit
  expect([await limit(512, 16), await limit(512, 1), await limit(16 * 512, 16)]).toEqual([256, 512, 512])
})

test('a model that cannot fit is refused with the numbers and what would fit', async () => {
  const refusal = await choose({ model: eight, wanted: { contextSize: 200_000 } }).catch((e: unknown) => e)
  expect(refusal).toBeInstanceOf(LlamaError)
  const { code, message, hint, memory } = refusal as LlamaError
  const placed = { gpuLayers: 0, contextSize: 200_000, maxSequences: 16 }
  expect(memory).toEqual({ needed: estimateMemory(eight, placed), free: { ram: 16 * GiB, gpu: 0 } })
  expect({ code, message, hint }).toEqual({
    code: 'model-too-large',
    message:
      'm with 200000 tokens of context and 0 layers on the GPU needs about 29.6 GiB of memory, but 16.0 GiB are free.',
    hint: 'Ask for less context: 2048 tokens would fit.',
  })
  expect(await choose({ model: eight, freeRam: 3 * GiB }).catch((e: unknown) => e)).toMatchObject({
    code: 'model-too-large',
    hint: 'Close other programs, or choose a smaller model or a stronger quantisation.',
  })
  expect(
    await choose({ model: eight, runtime: gpu(2 * GiB), wanted: { gpuLayers: 33 } }).catch((e: unknown) => e),
  ).toMatchObject({ code: 'model-too-large', hint: 'Put fewer layers on the GPU.' })
})

test('what other models will take is not free', async () => {
  const alone = estimateMemory(eight, { gpuLayers: 0, contextSize: 2048, maxSequences: 16 }).ram
  const freeRam = 1.5 * alone
  const claimed = { ram: alone, gpu: 0 }
  expect(await choose({ model: eight, freeRam })).toMatchObject({ gpuLayers: 0 })
  await expect(choose({ model: eight, freeRam, claimed })).rejects.toMatchObject({
    code: 'model-too-large',
    memory: { free: { ram: alone / 2 } },
  })
})

test('a wish that is no whole number is a mistake of the caller', async () => {
  await expect(choose({ model: tiny, wanted: { threads: 0 } })).rejects.toThrow(
    new RangeError('threads is 0; it must be a whole number from 1 up.'),
  )
})

test('the free memory of this machine is asked where none is given', async () => {
  expect(chooseResources({ model: tiny, runtime: cpu, maxSequences: 1, wanted: {} })).toMatchObject({
    contextSize: 256,
  })
})
