import { writeRandomLora } from '@woolgather/ggml/testing'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { GenerateRequest, GenerateResult } from '../contract/interface.ts'
import type { ResidentModel } from '../resident/resident-model.ts'
import { endless, loadTestModel, someTokens } from '../testing/native-model.ts'
import { generate } from '../requests/generate.ts'

const write = (
  model: ResidentModel,
  tokens: readonly number[],
  request: Partial<GenerateRequest> = {},
): Promise<GenerateResult> =>
  generate(model, {
    prompt: { tokens },
    seed: 1,
    maxTokens: 8,
    sampling: { logitBias: endless(model) },
    ...request,
  })

test('16 requests with one prompt decode it once and sample their first tokens from one row', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const prompt = someTokens(256, 1)
  const results = await Promise.all(Array.from({ length: 16 }, (_, seed) => write(model, prompt, { seed })))
  // 256 for the prompt, then 7 of the 8 tokens of each: the last is never decoded.
  expect(model.engine.stats.decodedTokens).toBe(256 + 16 * 7)
  expect(results.map(({ sharedPromptTokens }) => sharedPromptTokens)).toEqual([
    0,
    ...Array<number>(15).fill(256),
  ])
  expect(new Set(results.map(({ text }) => text)).size).toBeGreaterThan(8)
})

test('requests with one beginning and different ends decode the beginning once', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const beginning = someTokens(200, 1)
  const prompts = Array.from({ length: 8 }, (_, index) => [...beginning, ...someTokens(20, 10 + index)])
  await Promise.all(prompts.map((prompt) => write(model, prompt, { maxTokens: 1 })))
  expect(model.engine.stats.decodedTokens).toBe(200 + 8 * 20)
})

test('what is kept from an ended request is shared with the next, and only the difference is decoded', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const prompt = someTokens(100, 1)
  const first = await write(model, prompt)
  const before = model.engine.stats.decodedTokens
  const followUp = await write(model, [...prompt, ...first.tokens, ...someTokens(5, 2)], { maxTokens: 1 })
  expect(followUp.sharedPromptTokens).toBe(107)
  expect(model.engine.stats.decodedTokens - before).toBe(6)
})

test('a sweep keeps of what earlier texts left only the prompts, and what it goes on from', async () => {
  await using loaded = await loadTestModel({}, { contextSize: 8192 })
  const { model } = loaded
  const prompts = Array.from({ length: 9 }, (_, index) => someTokens(60, index))
  const first = await Promise.all(prompts.map((prompt) => write(model, prompt)))
  const answered = prompts.map((prompt, index) => [...prompt, ...first[index]!.tokens])
  const coming = [...answered.slice(0, 4).map((tokens) => [...tokens, 7]), ...prompts.slice(4)]
  const second = await Promise.all(coming.map((tokens) => write(model, tokens, { maxTokens: 1 })))
  // The last token of a text was never decoded, and a prompt's last token is decoded again.
  expect(second.map(({ sharedPromptTokens }) => sharedPromptTokens)).toEqual([
    ...Array<number>(4).fill(67),
    ...Array<number>(5).fill(59),
  ])
  const third = await Promise.all(answered.slice(4).map((tokens) => write(model, tokens, { maxTokens: 1 })))
  expect(third.map(({ sharedPromptTokens }) => sharedPromptTokens)).toEqual(Array<number>(5).fill(60))
})

/** Sums come out in another order in another batch, so now and then two nearly equal tokens change places. */
test.each(['F32', 'Q8_0'] as const)('%s: a text is the same alone and among fifteen others', async (type) => {
  const prompts = Array.from({ length: 16 }, (_, index) => someTokens(20 + 7 * index, index))
  await using one = await loadTestModel({ type })
  await using other = await loadTestModel({ type })
  const greedy = (model: ResidentModel, tokens: readonly number[]): Promise<GenerateResult> =>
    write(model, tokens, { maxTokens: 24, sampling: { temperature: 0, logitBias: endless(model) } })
  const together = await Promise.all(prompts.map((prompt) => greedy(one.model, prompt)))
  const alone: GenerateResult[] = []
  for (const prompt of prompts) alone.push(await greedy(other.model, prompt))
  const same = together.filter(({ tokens }, index) => tokens.join() === alone[index]!.tokens.join())
  expect(same.length).toBeGreaterThanOrEqual(14)
  expect(together.map(({ tokens }) => tokens[0])).toEqual(alone.map(({ tokens }) => tokens[0]))
})

test('a long prompt is decoded in parts, and who is writing goes on meanwhile', async () => {
  await using loaded = await loadTestModel({}, { contextSize: 8192 })
  const { model } = loaded
  const order: string[] = []
  let begin: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const controller = new AbortController()
  const writing = write(model, someTokens(10, 1), {
    maxTokens: 4000,
    signal: controller.signal,
    onText: () => {
      order.push('text')
      begin()
    },
  })
  await begun
  await write(model, someTokens(2000, 2), {
    maxTokens: 1,
    onPromptProgress: (done) => order.push(`read ${done}`),
  })
  controller.abort()
  await expect(writing).rejects.toMatchObject({ code: 'cancelled' })
  const parts = order.filter((entry) => entry.startsWith('read'))
  const between = order.slice(order.indexOf(parts[0]!), order.indexOf(parts.at(-1)!))
  expect(parts.length).toBeGreaterThanOrEqual(4)
  expect(between.filter((entry) => entry === 'text').length).toBeGreaterThanOrEqual(parts.length / 2)
})

test('when the cache is full, generations wait for room instead of failing', async () => {
  await using loaded = await loadTestModel({ contextSize: 256 }, { contextSize: 512, maxSequences: 8 })
  const { model } = loaded
  const prompts = Array.from({ length: 8 }, (_, index) => someTokens(150, index))
  const results = await Promise.all(
    prompts.map((prompt, seed) => write(model, prompt, { seed, maxTokens: 90 })),
  )
  expect(results.map(({ stopReason, tokens }) => [stopReason, tokens.length])).toEqual(
    Array<unknown>(8).fill(['length', 90]),
  )
})

test('a generation that had to make room goes on where it was', async () => {
  // Three of 100 + 140 tokens start, and outgrow 512 cells together.
  const shape = { contextSize: 256 }
  const prompts = Array.from({ length: 3 }, (_, index) => someTokens(100, index))
  await using narrow = await loadTestModel(shape, { contextSize: 512, maxSequences: 3 })
  await using wide = await loadTestModel(shape, { contextSize: 2048, maxSequences: 3 })
  const run = (model: ResidentModel): Promise<GenerateResult[]> =>
    Promise.all(
      prompts.map((prompt) =>
        write(model, prompt, { maxTokens: 140, sampling: { temperature: 0, logitBias: endless(model) } }),
      ),
    )
  const [squeezed, free] = [await run(narrow.model), await run(wide.model)]
  expect(narrow.model.engine.stats.decodedTokens).toBeGreaterThan(wide.model.engine.stats.decodedTokens)
  // Decoding again what was written rounds differently, so one text in three may turn at two nearly equal tokens.
  const same = squeezed.filter(({ tokens }, index) => tokens.join() === free[index]!.tokens.join())
  expect(same.length).toBeGreaterThanOrEqual(2)
  expect(squeezed.map(({ tokens }) => tokens.length)).toEqual([140, 140, 140])
})

test('more requests than sequences all end, and prefixes kept for later never stand in their way', async () => {
  await using loaded = await loadTestModel({ contextSize: 128 }, { contextSize: 256, maxSequences: 2 })
  const { model } = loaded
  const results = await Promise.all(
    Array.from({ length: 30 }, (_, seed) => write(model, someTokens(60, seed), { seed, maxTokens: 10 })),
  )
  expect(results.every(({ tokens }) => tokens.length === 10)).toBe(true)
})

test('cancelling frees the sequence for the next in line', async () => {
  await using loaded = await loadTestModel({}, { maxSequences: 1 })
  const { model } = loaded
  const controller = new AbortController()
  const first = write(model, someTokens(20, 1), {
    maxTokens: 2000,
    signal: controller.signal,
    onText: () => controller.abort(),
  })
  const second = write(model, someTokens(20, 2))
  await expect(first).rejects.toMatchObject({ code: 'cancelled' })
  expect((await second).tokens).toHaveLength(8)
  await model.engine.idle()
  expect(model.engine.stats.decodedTokens).toBeLessThan(200)
})

test('cancelling while a prompt is decoded interrupts that very decode', async () => {
  await using loaded = await loadTestModel({ layers: 8, embeddingSize: 512, feedForwardSize: 2048, heads: 8 })
  const { model } = loaded
  const controller = new AbortController()
  const tokens = someTokens(512, 1)
  const reading = write(model, tokens, { signal: controller.signal })
  setTimeout(() => controller.abort(), 15)
  await expect(reading).rejects.toMatchObject({ code: 'cancelled' })
  await model.engine.idle()
  // The batch of 512 was given up, so nothing of it counts, and nothing of it is shared.
  expect(model.engine.stats).toEqual({ decodeCalls: 0, decodedTokens: 0 })
  expect((await write(model, tokens, { maxTokens: 1 })).sharedPromptTokens).toBe(0)
})

test('a follower whose leader is cancelled reads the prefix itself', async () => {
  await using loaded = await loadTestModel({}, { contextSize: 8192 })
  const { model } = loaded
  const prompt = someTokens(1500, 1)
  const controller = new AbortController()
  const leader = write(model, prompt, {
    signal: controller.signal,
    onPromptProgress: () => controller.abort(),
  })
  const followers = [2, 3].map((seed) => write(model, [...prompt, ...someTokens(3, seed)], { seed }))
  await expect(leader).rejects.toMatchObject({ code: 'cancelled' })
  const results = await Promise.all(followers)
  expect(results.map(({ tokens }) => tokens.length)).toEqual([8, 8])
  expect(model.engine.stats.decodedTokens).toBeLessThan(1500 + 512 + 100)
})

test('equal stacks of adapters share batches, and KV is never reused across stacks', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const lora = path.join(loaded.folder, 'lora.gguf')
  await writeRandomLora(lora)
  const prompt = someTokens(64, 1)
  const adapters = [{ path: lora, strength: 1 }]
  const plain = await write(model, prompt, { maxTokens: 16 })
  const [adapted, twin, halves] = await Promise.all([
    write(model, prompt, { adapters, maxTokens: 16 }),
    write(model, prompt, { adapters, maxTokens: 16 }),
    write(model, prompt, {
      adapters: [
        { path: lora, strength: 0.5 },
        { path: lora, strength: 0.5 },
      ],
      maxTokens: 16,
    }),
  ])
  const off = await write(model, prompt, { adapters: [{ path: lora, strength: 0 }], maxTokens: 16 })
  expect(adapted.tokens).not.toEqual(plain.tokens)
  expect(
    [adapted, twin].map(({ sharedPromptTokens }) => sharedPromptTokens).toSorted((a, b) => a - b),
  ).toEqual([0, 64])
  expect(twin.tokens).toEqual(adapted.tokens)
  expect(halves.tokens).toEqual(adapted.tokens)
  expect(off.tokens).toEqual(plain.tokens)
})

test('different stacks take turns, so that none waits for another to end', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const lora = path.join(loaded.folder, 'lora.gguf')
  await writeRandomLora(lora)
  const ended: string[] = []
  const run = async (name: string, maxTokens: number, strength: number): Promise<void> => {
    await write(model, someTokens(16, 1), { maxTokens, adapters: [{ path: lora, strength }] })
    ended.push(name)
  }
  await Promise.all([run('long', 300, 1), run('short', 20, 0.5), run('other', 20, 0.25)])
  expect([ended.length, ended.at(-1)]).toEqual([3, 'long'])
})

test('many adapters come and go without staying in memory', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const texts = new Set<string>()
  for (let seed = 1; seed <= 12; seed++) {
    const lora = path.join(loaded.folder, `lora-${seed}.gguf`)
    await writeRandomLora(lora, { seed: 100 * seed })
    const { tokens } = await write(model, someTokens(16, 1), { adapters: [{ path: lora, strength: 1 }] })
    texts.add(tokens.join())
  }
  expect(texts.size).toBe(12)
})

test('a throwing listener fails its own generation and no other', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const failing = write(model, someTokens(16, 1), {
    onText: () => {
      throw new Error('no room on the page')
    },
  })
  const other = write(model, someTokens(16, 2))
  await expect(failing).rejects.toThrow('no room on the page')
  expect((await other).tokens).toHaveLength(8)
})
