import { loadNative } from '@woolgather/ggml'
import type { Native, SamplerPointer } from '@woolgather/ggml'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SamplingSettings } from '../contract/interface.ts'
import { NativeContext } from '../native/native-context.ts'
import { NativeModel } from '../native/native-model.ts'
import { endless, loadTestModel, someTokens } from '../testing/native-model.ts'
import type { TestModel } from '../testing/native-model.ts'
import { buildChain } from './build-chain.ts'
import { defaultSamplers } from './defaults.ts'
import { Sampler } from './sampler.ts'
import { validateSampling } from './validate-sampling.ts'
import { generate } from '../requests/generate.ts'

let loaded: TestModel
let native: Native
let model: NativeModel
let context: NativeContext

beforeAll(async () => {
  loaded = await loadTestModel()
  native = await loadNative()
  model = await NativeModel.load(native, { path: loaded.path, gpuLayers: 0 })
  context = await NativeContext.create(native, model, {
    contextSize: 512,
    batchSize: 64,
    sequences: 1,
    threads: 1,
  })
  await decode(someTokens(32, 1), 0)
})
afterAll(async () => {
  await context.dispose()
  await model.dispose()
  await loaded[Symbol.asyncDispose]()
})

async function decode(tokens: readonly number[], start: number): Promise<number> {
  const last = tokens.length - 1
  await context.decode(
    tokens.map((token, index) => ({ token, position: start + index, sequence: 0, logits: index === last })),
  )
  return last
}

const input = (settings: SamplingSettings, seed = 1): Parameters<typeof buildChain>[1] => ({
  sampling: validateSampling(settings, model.vocabulary.size),
  seed,
  vocabulary: model.vocabulary,
  contextSize: 512,
})

async function chainNames(settings: SamplingSettings): Promise<string[]> {
  const { api } = native
  const chain = await buildChain(api, input(settings))
  const names = Array.from({ length: api.llama_sampler_chain_n(chain) }, (_, index) =>
    api.llama_sampler_name(api.llama_sampler_chain_get(chain, index)!),
  )
  api.llama_sampler_free(chain)
  return names
}

test('the default chain is llama.cpp’s, in its order', async () => {
  // A `?` marks a sampler whose settings switch it off.
  expect((await chainNames({})).map((name) => name.replace('?', ''))).toEqual([
    'penalties',
    'dry',
    'top-n-sigma',
    'top-k',
    'typical',
    'top-p',
    'min-p',
    'xtc',
    'temp-ext',
    'dist',
  ])
})

test.each<[string, SamplingSettings, string[]]>([
  ['only what is named runs, in that order', { samplers: ['min_p', 'top_k'] }, ['min-p', 'top-k', 'dist']],
  ['nothing named still picks', { samplers: [] }, ['dist']],
  ['temperature 0 is greedy', { samplers: ['temperature'], temperature: 0 }, ['temp-ext', 'greedy']],
  ['adaptive-p picks, and last', { samplers: ['adaptive_p', 'min_p'] }, ['min-p', 'adaptive-p']],
  ['infill is a sampler among others', { samplers: ['top_k', 'infill'] }, ['top-k', 'infill', 'dist']],
  ['mirostat replaces the chain', { mirostat: 1 }, ['temp', 'mirostat']],
  ['mirostat 2 too', { mirostat: 2, topK: 3 }, ['temp', 'mirostat-v2']],
  [
    'biases come first',
    { samplers: ['top_k'], logitBias: [{ token: 1, bias: 2 }] },
    ['logit-bias', 'top-k', 'dist'],
  ],
])('%s', async (_, settings, names) => {
  expect((await chainNames(settings)).map((name) => name.replace('?', ''))).toEqual(names)
})

/** llama.cpp's defaults, built by hand. */
function handMadeChain(seed: number): SamplerPointer {
  const { api } = native
  const chain = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
  for (const sampler of [
    api.llama_sampler_init_top_k(40),
    api.llama_sampler_init_top_p(0.95, 0),
    api.llama_sampler_init_min_p(0.05, 0),
    api.llama_sampler_init_temp(0.8),
    api.llama_sampler_init_dist(seed),
  ]) {
    api.llama_sampler_chain_add(chain, sampler)
  }
  return chain
}

test('the defaults sample what a native chain of llama.cpp’s defaults samples, seed by seed', async () => {
  const row = await decode(someTokens(8, 2), 32)
  for (let seed = 0; seed < 20; seed++) {
    const sampler = await Sampler.create(native, input({}, seed))
    const chain = handMadeChain(seed)
    const ours = Array.from({ length: 10 }, () => sampler.sample(context, row))
    const theirs = Array.from({ length: 10 }, () =>
      native.api.llama_sampler_sample(chain, context.pointer, row),
    )
    expect(ours).toEqual(theirs)
    sampler.dispose()
    native.api.llama_sampler_free(chain)
  }
})

test('the largest seed is a seed, not a wish for chance', async () => {
  const row = await decode(someTokens(4, 3), 40)
  const [a, b] = await Promise.all(
    [0, 1].map(() => Sampler.create(native, input({ temperature: 5 }, 2 ** 32 - 1))),
  )
  const run = (sampler: Sampler): unknown[] => Array.from({ length: 20 }, () => sampler.sample(context, row))
  expect(run(a!)).toEqual(run(b!))
  a!.dispose()
  b!.dispose()
})

test('the penalties see the prompt', async () => {
  const settings = { samplers: ['penalties' as const], temperature: 0, presencePenalty: 1000 }
  const row = await decode(someTokens(4, 4), 44)
  const without = await Sampler.create(native, input(settings))
  const seen = await Sampler.create(native, input(settings))
  const best = without.sample(context, row) as number
  seen.acceptPrompt([best])
  expect(seen.sample(context, row)).not.toBe(best)
  without.dispose()
  seen.dispose()
})

test('greedy writes what a decode loop by hand writes', async () => {
  await using fresh = await loadTestModel()
  const prompt = someTokens(40, 5)
  const { tokens } = await generate(fresh.model, {
    prompt: { tokens: prompt },
    seed: 1,
    maxTokens: 32,
    sampling: { temperature: 0, logitBias: endless(fresh.model) },
  })
  const options = { contextSize: 512, batchSize: 64, sequences: 1, threads: 1 }
  const own = await NativeContext.create(native, model, options)
  const expected: number[] = []
  let batch = prompt
  let position = 0
  while (expected.length < 32) {
    const last = batch.length - 1
    await own.decode(
      batch.map((token, index) => ({
        token,
        position: position + index,
        sequence: 0,
        logits: index === last,
      })),
    )
    const row = own.logits(last).subarray(0, model.vocabulary.size - 4)
    position += batch.length
    batch = [row.indexOf(Math.max(...row))]
    expected.push(batch[0]!)
  }
  await own.dispose()
  expect(tokens).toEqual(expected)
})

test('every sampler of llama.cpp runs, alone and all together', async () => {
  const settings: SamplingSettings = {
    temperature: 1.2,
    dynatempRange: 0.5,
    dynatempExponent: 1.5,
    topK: 100,
    topP: 0.9,
    minP: 0.01,
    typicalP: 0.9,
    topNSigma: 2,
    xtcProbability: 0.5,
    xtcThreshold: 0.05,
    repeatPenalty: 1.1,
    frequencyPenalty: 0.1,
    presencePenalty: 0.1,
    penaltyLastN: -1,
    dryMultiplier: 0.8,
    dryPenaltyLastN: -1,
  }
  const write = async (sampling: SamplingSettings): Promise<string> => {
    const logitBias = endless(loaded.model)
    const request = { prompt: { tokens: someTokens(20, 6) }, seed: 3, maxTokens: 24 }
    return (await generate(loaded.model, { ...request, sampling: { ...sampling, logitBias } })).tokens.join()
  }
  const plain = await write({})
  for (const sampling of [settings, { ...settings, mirostat: 1 as const }, { mirostat: 2 as const }]) {
    expect(await write(sampling)).not.toBe(plain)
  }
  for (const name of [...defaultSamplers, 'adaptive_p' as const]) {
    expect((await write({ ...settings, adaptiveTarget: 0.3, samplers: [name] })).split(',')).toHaveLength(24)
  }
  // Where every end is forbidden, infill leaves nothing that may be written: nothing else is likely enough.
  await expect(write({ ...settings, samplers: ['infill'] })).rejects.toMatchObject({
    code: 'invalid-sampling',
  })
})
