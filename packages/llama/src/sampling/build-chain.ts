import { callAsync } from '@woolgather/ggml'
import type { CApi, Native, SamplerPointer } from '@woolgather/ggml'
import { LlamaError } from '../contract/error.ts'
import type { SamplerName } from '../contract/interface.ts'
import type { Vocabulary } from '../native/vocabulary.ts'
import type { ResolvedSampling } from './defaults.ts'

export interface ChainInput {
  sampling: ResolvedSampling
  /** 0…2³²−1. */
  seed: number
  vocabulary: Vocabulary
  /** What −1 means where a setting looks back over the whole context. */
  contextSize: number
}

/** Samplers keep at least this many candidates; llama.cpp's default is none beyond the one it picks. */
const minKeep = 0

/**
 * llama.cpp's own chain, in its order (`common_sampler_init`): biases, then either mirostat or the chosen
 * samplers, and last the one that picks. The grammar is apart. Freed by `llama_sampler_free`, members included.
 */
export async function buildChain(api: CApi, input: ChainInput): Promise<SamplerPointer> {
  const samplers = await Promise.all(listSamplers(api, input).map((sampler) => Promise.resolve(sampler)))
  const chain = api.llama_sampler_chain_init({ ...api.llama_sampler_chain_default_params(), no_perf: true })
  for (const sampler of samplers) api.llama_sampler_chain_add(chain, sampler)
  return chain
}

function listSamplers(api: CApi, input: ChainInput): (SamplerPointer | Promise<SamplerPointer>)[] {
  const { sampling } = input
  const bias = buildLogitBias(api, input)
  if (sampling.mirostat > 0)
    return [...bias, api.llama_sampler_init_temp(sampling.temperature), buildMirostat(api, input)]
  const truncating = sampling.samplers
    .filter((name) => name !== 'adaptive_p')
    .map((name) => builders[name](api, input))
  return [...bias, ...truncating, buildPicker(api, input)]
}

type Builder = (api: CApi, input: ChainInput) => SamplerPointer | Promise<SamplerPointer>

const builders: Record<Exclude<SamplerName, 'adaptive_p'>, Builder> = {
  penalties: (api, { sampling, vocabulary, contextSize }) =>
    api.llama_sampler_init_penalties(
      vocabulary.size,
      lookBack(sampling.penaltyLastN, contextSize),
      sampling.repeatPenalty,
      sampling.frequencyPenalty,
      sampling.presencePenalty,
    ),
  dry: buildDry,
  top_n_sigma: (api, { sampling }) => api.llama_sampler_init_top_n_sigma(sampling.topNSigma),
  top_k: (api, { sampling }) => api.llama_sampler_init_top_k(sampling.topK),
  typical_p: (api, { sampling }) => api.llama_sampler_init_typical(sampling.typicalP, minKeep),
  top_p: (api, { sampling }) => api.llama_sampler_init_top_p(sampling.topP, minKeep),
  min_p: (api, { sampling }) => api.llama_sampler_init_min_p(sampling.minP, minKeep),
  xtc: (api, { sampling, seed }) =>
    api.llama_sampler_init_xtc(sampling.xtcProbability, sampling.xtcThreshold, minKeep, nativeSeed(seed)),
  temperature: (api, { sampling }) =>
    api.llama_sampler_init_temp_ext(sampling.temperature, sampling.dynatempRange, sampling.dynatempExponent),
  infill: (api, { vocabulary }) => api.llama_sampler_init_infill(vocabulary.pointer),
}

/** Where it is on, it looks for the breakers in every token: 30 ms over 128,000, so not on the main thread. */
function buildDry(api: CApi, input: ChainInput): SamplerPointer | Promise<SamplerPointer> {
  const { sampling, vocabulary, contextSize } = input
  const args: Parameters<CApi['llama_sampler_init_dry']> = [
    vocabulary.pointer,
    sampling.dryMultiplier,
    sampling.dryBase,
    sampling.dryAllowedLength,
    lookBack(sampling.dryPenaltyLastN, contextSize),
    sampling.drySequenceBreakers,
    sampling.drySequenceBreakers.length,
  ]
  if (sampling.dryMultiplier === 0) return api.llama_sampler_init_dry(...args)
  return callAsync(api.llama_sampler_init_dry, ...args)
}

function lookBack(tokens: number, contextSize: number): number {
  return tokens === -1 ? contextSize : tokens
}

/** llama.cpp takes 2³²−1 to mean a random seed; here it is a seed like any other. */
function nativeSeed(seed: number): number {
  return seed === 0xffffffff ? 0x7fffffff : seed
}

function buildPicker(api: CApi, { sampling, seed }: ChainInput): SamplerPointer {
  if (sampling.temperature === 0) return api.llama_sampler_init_greedy()
  if (!sampling.samplers.includes('adaptive_p')) return api.llama_sampler_init_dist(nativeSeed(seed))
  return api.llama_sampler_init_adaptive_p(sampling.adaptiveTarget, sampling.adaptiveDecay, nativeSeed(seed))
}

function buildMirostat(api: CApi, { sampling, seed, vocabulary }: ChainInput): SamplerPointer {
  const { mirostatTau: tau, mirostatEta: eta } = sampling
  if (sampling.temperature === 0) return api.llama_sampler_init_greedy()
  return sampling.mirostat === 1
    ? api.llama_sampler_init_mirostat(vocabulary.size, nativeSeed(seed), tau, eta, 100)
    : api.llama_sampler_init_mirostat_v2(nativeSeed(seed), tau, eta)
}

function buildLogitBias(api: CApi, { sampling, vocabulary }: ChainInput): SamplerPointer[] {
  const suppressed = vocabulary.suppressed.map((token) => ({ token, bias: -Infinity }))
  const biases = [...sampling.logitBias, ...suppressed]
  if (biases.length === 0) return []
  const data = new DataView(new ArrayBuffer(8 * biases.length))
  biases.forEach(({ token, bias }, index) => {
    data.setInt32(8 * index, token, true)
    data.setFloat32(8 * index + 4, bias, true)
  })
  return [api.llama_sampler_init_logit_bias(vocabulary.size, biases.length, new Uint8Array(data.buffer))]
}

/** A sampler that lets through only what a GBNF grammar allows. @throws LlamaError invalid-sampling */
export async function buildGrammar(
  native: Native,
  vocabulary: Vocabulary,
  grammar: string,
): Promise<SamplerPointer> {
  native.log.clear()
  const sampler = await callAsync(native.api.llama_sampler_init_grammar, vocabulary.pointer, grammar, 'root')
  if (sampler !== null) return sampler
  throw new LlamaError('invalid-sampling', 'grammar is not valid GBNF.', {
    hint: native.log.last(3).join(' ').trim() || 'It needs a rule called root.',
  })
}
