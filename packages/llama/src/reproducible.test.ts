/** Same request, same text, whatever else is in the batch: alone first, then among others, for each kind of prompt. */
import { writeRandomLora } from '@woolgather/ggml/testing'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { GenerateRequest, GenerateResult } from './contract/interface.ts'
import { NativeLanguageModel } from './models/language-model.ts'
import type { ResidentModel } from './resident/resident-model.ts'
import { endless, loadTestModel, someTokens } from './testing/native-model.ts'
import { generate } from './requests/generate.ts'
import { score } from './requests/score.ts'

const sizes = [1, 2, 7, 16, 64]
const shape = { type: 'Q8_0', embeddingSize: 128, feedForwardSize: 256, contextSize: 1024 } as const
const options = { reproducible: true, maxSequences: 66, contextSize: 66 * 768 }

type Prompt = GenerateRequest['prompt']

const unshared = (index: number): Prompt => ({ tokens: someTokens(20 + ((index * 13) % 50), index + 1) })
const shared = (index: number): Prompt => ({
  tokens: [...someTokens(90, 500), ...someTokens(index % 9, index)],
})
const long = (index: number): Prompt => ({ tokens: someTokens(index % 16 === 0 ? 640 : 30, index + 900) })
const mixed = (index: number): Prompt => ({
  terms: [
    { prompt: { tokens: someTokens(40, 77) }, coefficient: 1.5 },
    { prompt: { tokens: someTokens(25 + (index % 11), index) }, coefficient: -0.5 },
  ],
})

function write(model: ResidentModel, prompt: Prompt, seed: number): Promise<GenerateResult> {
  const sampling = { temperature: 1, logitBias: endless(model) }
  return generate(model, { prompt, seed, maxTokens: 10, sampling, logprobs: 1 })
}

/** Tokens, and the log-probability of each to the last bit. */
const exactly = ({ tokens, logprobs }: GenerateResult): unknown => [
  tokens,
  logprobs?.map(({ logprob }) => logprob),
]

test.each([
  ['prompts of their own', unshared, 64],
  ['a prefix in common', shared, 64],
  ['long prompts among short ones', long, 16],
  ['mixes', mixed, 32],
] as const)('with %s, texts are bit for bit the same in batches of any size', async (_, promptOf, most) => {
  await using loaded = await loadTestModel(shape, options)
  await using fresh = await loadTestModel(shape, options)
  const expected: GenerateResult[] = []
  for (let index = 0; index < most; index++) {
    expected.push(await write(fresh.model, promptOf(index), index))
  }
  for (const size of sizes.filter((one) => one <= most)) {
    const results = await Promise.all(
      Array.from({ length: size }, (_, index) => write(loaded.model, promptOf(index), index)),
    )
    expect(results.map(exactly)).toEqual(expected.slice(0, size).map(exactly))
  }
  expect(expected.every(({ reproducible }) => reproducible === 'guaranteed')).toBe(true)
})

test.each(['Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'Q2_K', 'Q3_K', 'Q4_K', 'Q5_K', 'Q6_K', 'F16', 'F32'] as const)(
  '%s: a text is bit for bit the same alone and among others',
  async (type) => {
    const wide = { type, layers: 1, embeddingSize: 256, feedForwardSize: 256 } as const
    const few = { reproducible: true, maxSequences: 16, contextSize: 16 * 256 }
    await using loaded = await loadTestModel(wide, few)
    await using fresh = await loadTestModel(wide, few)
    const alone: GenerateResult[] = []
    for (let index = 0; index < 12; index++) alone.push(await write(fresh.model, shared(index), index))
    const together = await Promise.all(alone.map((_, index) => write(loaded.model, shared(index), index)))
    expect(together.map(exactly)).toEqual(alone.map(exactly))
  },
)

test('under a LoRA too, beside others without', async () => {
  await using loaded = await loadTestModel(shape, options)
  await using fresh = await loadTestModel(shape, options)
  const lora = path.join(loaded.folder, 'lora.gguf')
  await writeRandomLora(lora, { embeddingSize: 128 })
  const run = (model: ResidentModel, index: number): Promise<GenerateResult> =>
    generate(model, {
      prompt: shared(index),
      seed: index,
      maxTokens: 10,
      sampling: { logitBias: endless(model) },
      logprobs: 1,
      adapters: index % 3 === 0 ? [] : [{ path: lora, strength: 1 }],
    })
  const alone: GenerateResult[] = []
  for (let index = 0; index < 12; index++) alone.push(await run(fresh.model, index))
  const together = await Promise.all(alone.map((_, index) => run(loaded.model, index)))
  expect(together.map(exactly)).toEqual(alone.map(exactly))
})

test('under a control vector too, beside others without', async () => {
  await using loaded = await loadTestModel(shape, options)
  await using fresh = await loadTestModel(shape, options)
  const direction = Float32Array.from({ length: 128 }, (_, index) => Math.sin(index) / 4)
  const run = (model: ResidentModel, index: number): Promise<GenerateResult> =>
    generate(model, {
      prompt: unshared(index),
      seed: index,
      maxTokens: 10,
      sampling: { logitBias: endless(model) },
      logprobs: 1,
      vectors: index % 3 === 0 ? [] : [{ vector: { directions: new Map([[1, direction]]) }, strength: 1 }],
    })
  const alone: GenerateResult[] = []
  for (let index = 0; index < 12; index++) alone.push(await run(fresh.model, index))
  const together = await Promise.all(alone.map((_, index) => run(loaded.model, index)))
  expect(together.map(exactly)).toEqual(alone.map(exactly))
})

test('what is scored is what was noted while it was written, whatever was steered between', async () => {
  await using loaded = await loadTestModel(shape, options)
  const prompt = { tokens: someTokens(40, 5) }
  const direction = Float32Array.from({ length: 128 }, (_, index) => Math.sin(index) / 4)
  const vectors = [{ vector: { directions: new Map([[1, direction]]) }, strength: 1 }]
  const written = await write(loaded.model, prompt, 1)
  const request = { prompt, continuations: [{ tokens: written.tokens }] }
  const noted = written.logprobs!.reduce((sum, { logprob }) => sum + logprob, 0)
  const [before] = await score(loaded.model, request)
  const [steered] = await score(loaded.model, { ...request, vectors })
  const [after] = await score(loaded.model, request)
  expect(before!.logLikelihood).toBeCloseTo(noted, 4)
  expect(Math.abs(steered!.logLikelihood - noted)).toBeGreaterThan(0.01)
  expect(after).toEqual(before)
})

test.each(['Q8_0', 'F16'] as const)(
  '%s: texts are scored bit for bit the same alone and among others, long ones too',
  async (type) => {
    const wide = { ...shape, type, vocabSize: 16_384 } as const
    await using loaded = await loadTestModel(wide, options)
    await using fresh = await loadTestModel(wide, options)
    const run = (model: ResidentModel, index: number): Promise<unknown> =>
      score(model, {
        prompt: { tokens: someTokens(40, 5) },
        continuations: [{ tokens: someTokens(index % 4 === 0 ? 500 : 20 + index, index) }],
      })
    const alone: unknown[] = []
    for (let index = 0; index < 12; index++) alone.push(await run(fresh.model, index))
    const together = await Promise.all([
      ...alone.map((_, index) => run(loaded.model, index)),
      write(loaded.model, unshared(1), 1),
    ])
    expect(together.slice(0, 12)).toEqual(alone)
  },
)

test('two models that guide one another promise what the weaker of them does', async () => {
  await using strict = await loadTestModel(shape, options)
  await using usual = await loadTestModel(shape)
  const handle = (model: ResidentModel): NativeLanguageModel => new NativeLanguageModel(model, async () => {})
  const mix = (other: ResidentModel): Promise<GenerateResult> =>
    handle(strict.model).generate({
      prompt: {
        terms: [
          { prompt: { tokens: someTokens(20, 1) }, coefficient: 0.5 },
          { prompt: { tokens: someTokens(20, 1) }, coefficient: 0.5, model: handle(other) },
        ],
      },
      seed: 1,
      maxTokens: 3,
    })
  const said = [await mix(strict.model), await mix(usual.model)].map(({ reproducible }) => reproducible)
  expect(said).toEqual(['guaranteed', 'off'])
})

test('the usual mode makes no promise', async () => {
  await using usual = await loadTestModel({ type: 'Q8_0' })
  await using strict = await loadTestModel({ type: 'Q8_0' }, { reproducible: true, maxSequences: 4 })
  const request = { prompt: { tokens: [1, 2, 3] }, seed: 1, maxTokens: 1 }
  const said = await Promise.all([usual, strict].map(({ model }) => generate(model, request)))
  expect([usual, strict].map(({ model }) => model.info.reproducible)).toEqual(['off', 'guaranteed'])
  expect(said.map(({ reproducible }) => reproducible)).toEqual(['off', 'guaranteed'])
})

test('each sequence has its part of the context, and a longer prompt is refused with what to do', async () => {
  await using loaded = await loadTestModel(
    { type: 'Q8_0' },
    { reproducible: true, maxSequences: 4, contextSize: 1024 },
  )
  const request = { prompt: { tokens: someTokens(300, 1) }, seed: 1 }
  await expect(generate(loaded.model, request)).rejects.toMatchObject({
    code: 'context-too-long',
    hint: expect.stringContaining('fewer sequences'),
  })
})
