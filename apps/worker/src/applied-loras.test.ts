import { openModels } from '@woolgather/files'
import { writeRandomLora, writeRandomModel } from '@woolgather/ggml/testing'
import { createLlama, type AdapterUse, type LlamaRuntime } from '@woolgather/llama'
import { openMakers, type LoraMaker, type Makers } from '@woolgather/weights'
import type { LoraCombine, LoraExtract, LoraSource, ModelRecipe } from '@woolgather/workflow'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** What LoRAs that were made do to a model: told by llama.cpp, which applies them. */
const vocabulary = 320
let folder = ''
let runtime: LlamaRuntime
let makers: Makers
let maker: LoraMaker
const at = (name: string): string => path.join(folder, name)
const options = { signal: new AbortController().signal, onProgress: () => {} }

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'woolgather-applied-'))
  runtime = await createLlama({ gpu: 'cpu', threads: 1 })
  makers = openMakers({
    models: openModels({ folders: [folder], env: { WOOLGATHER_ELSEWHERE: 'off' } }),
    data: at('data'),
  })
  maker = makers.loras
  await writeRandomModel(at('base.gguf'), { vocabSize: vocabulary })
  await writeRandomModel(at('tuned.gguf'), { vocabSize: vocabulary, seed: 77 })
  await writeRandomLora(at('one.gguf'), { seed: 5, alpha: 8 })
  await writeRandomLora(at('two.gguf'), { seed: 50, rank: 4 })
})
afterAll(async () => {
  await makers[Symbol.asyncDispose]()
  await runtime[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** Log-probabilities of every token after two prompts: differences are at most twice those of the logits. */
async function readLogits(model: string, adapters: readonly AdapterUse[] = []): Promise<number[]> {
  // Batches put together by chance round by chance, and the KV cache has 16 bits.
  await using loaded = await runtime.loadModel({ path: at(model), contextSize: 2048, reproducible: true })
  const continuations = Array.from({ length: vocabulary }, (_, token) => ({ tokens: [token] }))
  const scores = await Promise.all(
    ['To', 'a long way from home'].map((text) => loaded.score({ prompt: { text }, continuations, adapters })),
  )
  return scores.flatMap((list) => list.map(({ logLikelihood }) => logLikelihood))
}

const largest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))

const recipe = (file: string): ModelRecipe => ({ kind: 'file', file, adapters: [] })
const extracted = (how: Partial<LoraExtract>): LoraSource => ({
  extract: { tuned: recipe('tuned.gguf'), base: recipe('base.gguf'), embeddings: true, ...how },
})
const combined = (how: Partial<LoraCombine>, weights = [1, 1]): LoraSource => ({
  combine: {
    loras: ['one.gguf', 'two.gguf'].map((file, i) => ({ file, strength: 1, weight: weights[i]! })),
    method: 'cat',
    ...how,
  },
})

test('an extracted LoRA of full rank, applied to the base, is the fine-tune', async () => {
  const file = await maker.pathOf(extracted({ rank: 64 }), options)
  const applied = await readLogits('base.gguf', [{ path: file, strength: 1 }])
  const [tuned, base] = [await readLogits('tuned.gguf'), await readLogits('base.gguf')]
  expect(largest(applied, tuned)).toBeLessThanOrEqual(1e-3)
  expect(largest(base, tuned)).toBeGreaterThan(1)
})

test('a LoRA combined by exact sum does what both do that are applied together', async () => {
  const weights = [0.7, -0.4]
  const file = await maker.pathOf(combined({}, weights), options)
  const apart = ['one.gguf', 'two.gguf'].map((name, i) => ({ path: at(name), strength: weights[i]! }))
  const together = await readLogits('base.gguf', apart)
  expect(largest(await readLogits('base.gguf', [{ path: file, strength: 1 }]), together)).toBeLessThanOrEqual(
    1e-3,
  )
  expect(largest(await readLogits('base.gguf'), together)).toBeGreaterThan(0.1)
})

test('a combined LoRA brought to the sum of the ranks is the exact sum, and PEFT’s linear is not', async () => {
  const logits = async (how: Partial<LoraCombine>): Promise<number[]> =>
    readLogits('base.gguf', [{ path: await maker.pathOf(combined(how), options), strength: 1 }])
  const exact = await logits({})
  expect(largest(await logits({ method: 'svd', rank: 8 }), exact)).toBeLessThanOrEqual(1e-3)
  expect(largest(await logits({ method: 'linear' }), exact)).toBeGreaterThan(0.1)
})

test('a combined LoRA can be combined again, at a strength', async () => {
  const inner = { ...combined({}), strength: 0.5, weight: 2 }
  const file = await maker.pathOf({ combine: { loras: [inner], method: 'cat' } }, options)
  const exact = await readLogits('base.gguf', [
    { path: await maker.pathOf(combined({}), options), strength: 1 },
  ])
  expect(largest(await readLogits('base.gguf', [{ path: file, strength: 1 }]), exact)).toBeLessThanOrEqual(
    1e-3,
  )
})
