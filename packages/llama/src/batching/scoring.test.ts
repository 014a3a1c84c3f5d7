import { expect, test } from 'vitest'
import { endless, loadTestModel, someTokens } from '../testing/native-model.ts'
import { generate } from '../requests/generate.ts'
import { score } from '../requests/score.ts'

test('a text’s likelihood is what the log-probabilities of its generation add up to', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const prompt = { tokens: someTokens(20, 1) }
  const sampling = { logitBias: endless(model) }
  const written = await generate(model, { prompt, seed: 2, maxTokens: 10, sampling, logprobs: 3 })
  const other = { tokens: someTokens(10, 4) }
  const [same, less, none] = await score(model, {
    prompt,
    continuations: [{ tokens: written.tokens }, other, { text: '' }],
  })
  const sum = written.logprobs!.reduce((total, { logprob }) => total + logprob, 0)
  expect(written.logprobs!.map(({ token }) => token)).toEqual(written.tokens)
  expect(same!.tokens.map(({ token }) => token)).toEqual(written.tokens)
  expect(same!.logLikelihood).toBeCloseTo(sum, 2)
  expect(same!.perplexity).toBeCloseTo(Math.exp(-sum / 10), 1)
  expect(less!.logLikelihood).toBeLessThan(same!.logLikelihood)
  expect(none).toEqual({ tokens: [], logLikelihood: 0, perplexity: 1 })
})

test('log-probabilities are of the raw logits: neither temperature nor biases count', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const prompt = { tokens: someTokens(20, 1) }
  const run = (temperature: number): ReturnType<typeof generate> =>
    generate(model, { prompt, seed: 1, maxTokens: 1, logprobs: 100, sampling: { temperature } })
  // From here on the prompt is in the cache, so both decode the same.
  await run(1)
  const [cold, hot] = [await run(0), await run(5)]
  const [first, second] = [cold.logprobs![0]!.alternatives, hot.logprobs![0]!.alternatives]
  expect(first).toEqual(second)
  expect(first.map(({ logprob }) => logprob)).toEqual(
    first.map(({ logprob }) => logprob).toSorted((a, b) => b - a),
  )
  expect(cold.logprobs![0]).toMatchObject(first[0]!)
  expect(first.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0)).toBeLessThan(1)
})

test('long texts, many at once, are scored in parts that fit into memory', async () => {
  await using loaded = await loadTestModel()
  const { model } = loaded
  const prompt = { tokens: someTokens(30, 1) }
  const continuations = [700, 3, 650].map((length, seed) => ({ tokens: someTokens(length, seed) }))
  const together = await score(model, { prompt, continuations })
  const alone: typeof together = []
  for (const one of continuations) alone.push(...(await score(model, { prompt, continuations: [one] })))
  expect(together.map(({ tokens }) => tokens.length)).toEqual([700, 3, 650])
  together.forEach(({ logLikelihood }, index) =>
    expect(logLikelihood / alone[index]!.logLikelihood).toBeCloseTo(1, 3),
  )
})

test('scoring is cancelled, and refuses what is no token or too long', async () => {
  await using loaded = await loadTestModel({ contextSize: 256 }, { contextSize: 256, maxSequences: 1 })
  const { model } = loaded
  const prompt = { tokens: [1, 2, 3] }
  const run = (tokens: number[], signal?: AbortSignal): Promise<unknown> =>
    score(model, { prompt, continuations: [{ tokens }], signal })
  await expect(run([1], AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' })
  await expect(run([-1])).rejects.toMatchObject({ code: 'invalid-token' })
  await expect(run(someTokens(300, 1))).rejects.toMatchObject({ code: 'context-too-long' })
})
