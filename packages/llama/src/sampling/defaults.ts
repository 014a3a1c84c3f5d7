import type { SamplerName, SamplingSettings } from '../contract/interface.ts'

/** llama.cpp's default chain. */
export const defaultSamplers: readonly SamplerName[] = [
  'penalties',
  'dry',
  'top_n_sigma',
  'top_k',
  'typical_p',
  'top_p',
  'min_p',
  'xtc',
  'temperature',
]

export type ResolvedSampling = {
  [Key in Exclude<keyof SamplingSettings, 'grammar'>]-?: NonNullable<SamplingSettings[Key]>
} & {
  grammar: string | undefined
}

/** llama.cpp's defaults (`common_params_sampling`). */
export const defaultSampling: ResolvedSampling = {
  temperature: 0.8,
  dynatempRange: 0,
  dynatempExponent: 1,
  topK: 40,
  topP: 0.95,
  minP: 0.05,
  typicalP: 1,
  topNSigma: -1,
  xtcProbability: 0,
  xtcThreshold: 0.1,
  penaltyLastN: 64,
  repeatPenalty: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
  dryMultiplier: 0,
  dryBase: 1.75,
  dryAllowedLength: 2,
  dryPenaltyLastN: 64,
  drySequenceBreakers: ['\n', ':', '"', '*'],
  mirostat: 0,
  mirostatTau: 5,
  mirostatEta: 0.1,
  adaptiveTarget: -1,
  adaptiveDecay: 0.9,
  logitBias: [],
  sequenceBias: [],
  grammar: undefined,
  samplers: [...defaultSamplers],
}
