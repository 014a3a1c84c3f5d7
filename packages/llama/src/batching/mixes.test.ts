import { writeRandomLora, writeRandomModel } from '@woolgather/ggml/testing'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createLlama } from '../create-llama.ts'
import type { GenerateRequest, GenerateResult, MixTerm, PromptMix } from '../contract/interface.ts'
import type { ResidentModel } from '../resident/resident-model.ts'
import { endless, loadTestModel, someTokens, temporaryFolder } from '../testing/native-model.ts'
import { generate } from '../requests/generate.ts'

const [long, short] = [someTokens(60, 1), someTokens(25, 2)]
const term = (tokens: readonly number[], coefficient: MixTerm['coefficient']): MixTerm => ({
  prompt: { tokens },
  coefficient,
})
const mixOf = (...terms: MixTerm[]): PromptMix => ({ terms, plausibility: 0 })

const write = (
  model: ResidentModel,
  prompt: GenerateRequest['prompt'],
  request: Partial<GenerateRequest> = {},
): Promise<GenerateResult> =>
  generate(model, {
    prompt,
    seed: 3,
    maxTokens: 12,
    sampling: { logitBias: endless(model), temperature: 2 },
    ...request,
  })

test('a mix of one prompt that counts 1 is that prompt, at no cost', async () => {
  await using one = await loadTestModel()
  await using other = await loadTestModel()
  const plain = await write(one.model, { tokens: long })
  const mixed = await write(other.model, { terms: [term(long, 1), term(short, 0)] })
  expect(mixed.tokens).toEqual(plain.tokens)
  expect(other.model.engine.stats).toEqual(one.model.engine.stats)
})

test('of two equal prompts the coefficients add up', async () => {
  await using loaded = await loadTestModel()
  const plain = await write(loaded.model, { tokens: long })
  const doubled = await write(loaded.model, mixOf(term(long, 2.5), term(long, -1.5)))
  expect(doubled.tokens).toEqual(plain.tokens)
})

test('each step takes the weighted sum of the raw logits of all prompts', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const weights = [1.75, -0.5, -0.25]
  const prompts = [long, short, someTokens(40, 3)]
  const mix = mixOf(...prompts.map((prompt, index) => term(prompt, weights[index]!)))
  const { tokens } = await write(model, mix, { sampling: { temperature: 0, logitBias: endless(model) } })
  for (const [index, token] of tokens.entries()) {
    const written = tokens.slice(0, index)
    const rows: Map<number, number>[] = []
    for (const prompt of prompts) {
      const plain = await write(model, { tokens: [...prompt, ...written] }, { maxTokens: 1, logprobs: 100 })
      rows.push(new Map(plain.logprobs![0]!.alternatives.map((one) => [one.token, one.logprob])))
    }
    const common = [...rows[0]!.keys()].filter((id) => id < 316 && rows.every((row) => row.has(id)))
    const sums = common.map((id) => rows.reduce((sum, row, at) => sum + weights[at]! * row.get(id)!, 0))
    const chosen = rows.reduce((sum, row, at) => sum + weights[at]! * (row.get(token) ?? NaN), 0)
    if (!Number.isNaN(chosen)) expect(chosen).toBeGreaterThan(Math.max(...sums) - 0.01)
  }
  expect(tokens).toHaveLength(12)
})

test('coefficients may change with the step, and a prompt that does not count yet is not decoded', async () => {
  await using one = await loadTestModel()
  await using other = await loadTestModel()
  const greedy = { sampling: { temperature: 0, logitBias: endless(one.model) } }
  const switching = mixOf(
    term(long, (step) => (step <= 5 ? 1 : 0)),
    term(short, (step) => (step <= 5 ? 0 : 1)),
  )
  const { tokens } = await write(one.model, switching, greedy)
  const before = await write(other.model, { tokens: long }, { ...greedy, maxTokens: 5 })
  const after = await write(
    other.model,
    { tokens: [...short, ...before.tokens] },
    { ...greedy, maxTokens: 7 },
  )
  expect(tokens).toEqual([...before.tokens, ...after.tokens])
  const early = await write(one.model, switching, { ...greedy, maxTokens: 5, seed: 9 })
  expect(early.tokens).toEqual(before.tokens)
})

test('many mixes at once, with prompts in common, write what each writes alone', async () => {
  await using one = await loadTestModel({ type: 'Q8_0' })
  await using other = await loadTestModel({ type: 'Q8_0' })
  const mixes = Array.from({ length: 9 }, (_, index) =>
    mixOf(term(long, 1.5), term(index % 3 === 0 ? long.slice(0, 40) : someTokens(30, index % 3), -0.5)),
  )
  const run = (model: ResidentModel, mix: PromptMix, seed: number): Promise<GenerateResult> =>
    write(model, mix, { seed, sampling: { temperature: 0, logitBias: endless(model) } })
  const together = await Promise.all(mixes.map((mix, seed) => run(one.model, mix, seed)))
  const alone: GenerateResult[] = []
  for (const [seed, mix] of mixes.entries()) alone.push(await run(other.model, mix, seed))
  const same = together.filter(({ tokens }, index) => tokens.join() === alone[index]!.tokens.join())
  expect(same.length).toBeGreaterThanOrEqual(8)
  expect(together.every(({ promptTokens, sharedPromptTokens }) => sharedPromptTokens <= promptTokens)).toBe(
    true,
  )
})

test('terms under different adapters are decoded in turns and still step side by side', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const lora = path.join(loaded.folder, 'lora.gguf')
  await writeRandomLora(lora)
  const adapters = [{ path: lora, strength: 1 }]
  const adapted = await write(model, { tokens: long }, { adapters })
  const toAdapted = mixOf(term(long, 0.0), { ...term(long, 1), adapters })
  const cancelled = mixOf(
    { ...term(long, 1), adapters },
    { ...term(short, 0.5), adapters: [] },
    term(short, -0.5),
  )
  expect((await write(model, toAdapted)).tokens).toEqual(adapted.tokens)
  expect((await write(model, cancelled)).tokens).toEqual(adapted.tokens)
})

test('models of one vocabulary guide each other, and others are refused before any token', async () => {
  await using folder = await temporaryFolder()
  const at = (name: string): string => path.join(folder.path, name)
  await writeRandomModel(at('a.gguf'))
  await writeRandomModel(at('b.gguf'), { seed: 5, layers: 3 })
  await writeRandomModel(at('c.gguf'), { vocabSize: 400 })
  await using runtime = await createLlama({ gpu: 'cpu', threads: 1 })
  const [a, b, c] = [
    await runtime.loadModel({ path: at('a.gguf') }),
    await runtime.loadModel({ path: at('b.gguf') }),
    await runtime.loadModel({ path: at('c.gguf') }),
  ]
  const options = { seed: 1, maxTokens: 10, sampling: { temperature: 0 } }
  const plain = await b.generate({ prompt: { tokens: long }, ...options })
  const guided = await a.generate({
    prompt: mixOf({ ...term(long, 1), model: b }, { ...term(long, 0) }),
    ...options,
  })
  const away = mixOf({ ...term(long, 2), model: b }, term(long, 1), term(long, -1), {
    ...term(long, -1),
    model: b,
  })
  expect(guided.tokens).toEqual(plain.tokens)
  const many = await Promise.all([1, 2, 3, 4].map(() => a.generate({ prompt: away, ...options })))
  expect(many.map(({ tokens }) => tokens)).toEqual(Array(4).fill(plain.tokens))
  await expect(
    a.generate({ prompt: mixOf(term(long, 0.5), { ...term(long, 0.5), model: c }), ...options }),
  ).rejects.toMatchObject({ code: 'vocabulary-mismatch', message: expect.stringContaining('320 and 400') })
})

test.each<[string, PromptMix, string]>([
  ['without prompts', { terms: [] }, 'The mix has no prompts'],
  ['that counts nothing', mixOf(term(long, 0)), 'All coefficients of the mix are 0 at step 1'],
  [
    'with a coefficient that is no number',
    mixOf(term(long, Number.NaN)),
    'The coefficient of prompt 1 is NaN',
  ],
  ['with a cut beyond 1', { terms: [term(long, 2)], plausibility: 1.5 }, 'plausibility is 1.5'],
  [
    'of too many prompts',
    mixOf(...Array.from({ length: 33 }, () => term(long, 1))),
    'The mix has 33 prompts',
  ],
])('a mix %s is refused', async (_, prompt, message) => {
  await using loaded = await loadTestModel({}, { maxSequences: 16 })
  await expect(write(loaded.model, prompt)).rejects.toMatchObject({
    code: 'invalid-mix',
    message: expect.stringContaining(message),
  })
  await loaded.model.engine.idle()
})

test('a mix that does not fit into the context is refused, and leaves the others alone', async () => {
  await using loaded = await loadTestModel({ contextSize: 256 }, { contextSize: 256, maxSequences: 4 })
  const other = write(loaded.model, { tokens: short })
  const large = write(loaded.model, mixOf(term(someTokens(150, 7), 1.5), term(someTokens(160, 8), -0.5)))
  await expect(large).rejects.toMatchObject({ code: 'context-too-long' })
  expect((await other).tokens).toHaveLength(12)
})

test('cancelling a mix lets go of all of its sequences', async () => {
  await using loaded = await loadTestModel({}, { maxSequences: 2 })
  const controller = new AbortController()
  const mix = mixOf(term(long, 1.5), term(short, -0.5))
  const cancelled = write(loaded.model, mix, {
    maxTokens: 2000,
    signal: controller.signal,
    onText: () => controller.abort(),
  })
  const next = write(loaded.model, mix)
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
  expect((await next).tokens).toHaveLength(12)
})
