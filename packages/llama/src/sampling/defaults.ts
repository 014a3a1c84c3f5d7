import type { SamplerName, SamplingSettings } from '../contract/interface.ts'
import { samplingNumbers, type SamplingNumberName } from '../contract/sampling-numbers.ts'

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

const defaultNumbers = Object.fromEntries(
  Object.entries(samplingNumbers).map(([name, setting]) => [name, setting.default]),
) as Record<SamplingNumberName, number>

/** llama.cpp's defaults. */
export const defaultSampling: ResolvedSampling = {
  ...defaultNumbers,
  drySequenceBreakers: ['\n', ':', '"', '*'],
  logitBias: [],
  sequenceBias: [],
  grammar: undefined,
  samplers: [...defaultSamplers],
}
