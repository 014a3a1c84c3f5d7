import type { SamplingSettings } from '@woolgather/llama'
import { z } from 'zod'
import { wordBiasSchema, type WordBias } from '../steering/words/word-bias.ts'
import { samplingInputs, type SamplingInputs } from './sampling.ts'

/** What a link of type `sampler` carries: settings, and words that are to come more or less often. */
export interface SamplerValue extends SamplingInputs {
  drySequenceBreakers?: string[] | undefined
  bias?: WordBias[] | undefined
}

type SettingSchemas = { [Name in keyof typeof samplingInputs]: (typeof samplingInputs)[Name]['schema'] }

const settingSchemas = Object.fromEntries(
  Object.entries(samplingInputs).map(([name, { schema }]) => [name, schema]),
) as unknown as SettingSchemas

export const samplerSchema: z.ZodType<SamplerValue> = z.strictObject({
  ...settingSchemas,
  drySequenceBreakers: z.array(z.string().min(1)).optional(),
  bias: z.array(wordBiasSchema).optional(),
})

/** `later` wins setting by setting; biases of both count. */
export function joinSamplers(earlier: SamplerValue | undefined, later: SamplerValue): SamplerValue {
  const bias = [...(earlier?.bias ?? []), ...(later.bias ?? [])]
  return { ...earlier, ...withoutAbsent(later), ...(bias.length > 0 && { bias }) }
}

/** The settings as the runtime takes them, and the words, which become tokens once the model is known. */
export function splitSampler(sampler: SamplerValue): { settings: SamplingSettings; bias: WordBias[] } {
  const { bias = [], ...settings } = sampler
  return { settings: settings as SamplingSettings, bias }
}

/** A sampler as it travels on a link: only what is set. */
export function withoutAbsent(sampler: SamplerValue): SamplerValue {
  return Object.fromEntries(
    Object.entries(sampler).filter(([, value]) => value !== undefined),
  ) as unknown as SamplerValue
}
