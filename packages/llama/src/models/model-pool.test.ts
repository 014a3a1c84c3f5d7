import { writeRandomLora, writeRandomModel } from '@woolgather/ggml/testing'
import { symlinkSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLlama } from '../create-llama.ts'
import type { LanguageModel, LlamaRuntime, LoadModelOptions } from '../contract/interface.ts'
import { NativeLanguageModel } from './language-model.ts'
import { temporaryFolder } from '../testing/native-model.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let runtime: LlamaRuntime
let file: string

beforeAll(async () => {
  folder = await temporaryFolder()
  runtime = await createLlama({ gpu: 'cpu', threads: 1 })
  file = path.join(folder.path, 'model.gguf')
  await writeRandomModel(file)
})
afterAll(async () => {
  await runtime[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const load = (options: Partial<LoadModelOptions> = {}): Promise<LanguageModel> =>
  runtime.loadModel({ path: file, ...options })
const request = { prompt: { text: 'a' }, seed: 1, maxTokens: 2 }

test('a signal aborted while the file is looked at cancels the load', async () => {
  const controller = new AbortController()
  const loading = load({ contextSize: 512, signal: controller.signal })
  controller.abort()
  await expect(loading).rejects.toMatchObject({ code: 'cancelled' })
})

test('a throwing progress listener fails its own load, and who waits for the same model gets it', async () => {
  const options = { contextSize: 768 }
  const failing = load({
    ...options,
    onProgress: () => {
      throw new Error('no room on the page')
    },
  })
  const [failed, other] = await Promise.allSettled([failing, load(options)])
  expect(failed).toMatchObject({ status: 'rejected', reason: new Error('no room on the page') })
  if (other.status === 'rejected') throw other.reason
  expect((await other.value.generate(request)).promptTokens).toBeGreaterThan(0)
  await other.value[Symbol.asyncDispose]()
})

test('one file with two context sizes is in memory once, and stays until both are let go', async () => {
  const weightsOf = (model: LanguageModel): unknown => NativeLanguageModel.open(model).weights
  const [small, large] = [await load({ contextSize: 512 }), await load({ contextSize: 2048 })]
  expect(weightsOf(large)).toBe(weightsOf(small))
  const exact = await load({ contextSize: 512, reproducible: true })
  // Repacked weights round otherwise.
  expect(weightsOf(exact)).not.toBe(weightsOf(small))
  const before = await Promise.all([small, large].map((model) => model.generate(request)))
  expect(before[1]!.text).toBe(before[0]!.text)
  await small[Symbol.asyncDispose]()
  expect((await large.generate(request)).text).toBe(before[0]!.text)
  const again = await load({ contextSize: 640 })
  expect(weightsOf(again)).toBe(weightsOf(large))
  await Promise.all([large, exact, again].map((model) => model[Symbol.asyncDispose]()))
})

test('a model asked for again while it is being freed is loaded when it is gone, and works', async () => {
  for (let round = 0; round < 3; round++) {
    const first = await load({ contextSize: 1024 })
    const order: string[] = []
    const freed = first[Symbol.asyncDispose]().then(() => order.push('freed'))
    const again = load({ contextSize: 1024 }).then((model) => {
      order.push('loaded')
      return model
    })
    await freed
    const model = await again
    expect(order).toEqual(['freed', 'loaded'])
    await model.generate(request)
    await model[Symbol.asyncDispose]()
  }
})

test('a preset that does not exist is told with those that do', async () => {
  await using model = await load()
  const template = 'clippy' as 'chatml'
  await expect(model.formatChat([{ role: 'user', content: 'a' }], { template })).rejects.toThrow(
    expect.objectContaining({
      code: 'invalid-chat-template',
      hint: expect.stringContaining('chatml, vicuna'),
    }),
  )
})

test('one adapter by two paths is its strengths added up', async () => {
  const [lora, link] = [path.join(folder.path, 'lora.gguf'), path.join(folder.path, 'link.gguf')]
  await writeRandomLora(lora)
  symlinkSync(lora, link)
  await using model = await load()
  const write = async (adapters: { path: string; strength: number }[]): Promise<number[]> =>
    (await model.generate({ ...request, maxTokens: 12, adapters })).tokens
  const whole = await write([{ path: lora, strength: 1.5 }])
  const parts = await write([
    { path: lora, strength: 2 },
    { path: link, strength: -0.5 },
  ])
  expect(parts).toEqual(whole)
})

test('a prompt of a megabyte is tokenized without holding the event loop', async () => {
  await using model = await load()
  const text = 'The quick brown fox and the lazy dog. '.repeat(30_000)
  let turns = 0
  const counting = setInterval(() => turns++)
  await expect(model.generate({ ...request, prompt: { text } })).rejects.toMatchObject({
    code: 'context-too-long',
  })
  clearInterval(counting)
  expect(turns).toBeGreaterThan(20)
})
