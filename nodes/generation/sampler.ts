import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { joinSamplers, withoutAbsent, samplerSchema, type SamplerValue } from './sampler-value.ts'
import { readSampling, samplingInputs } from './sampling.ts'

export const sampler: WoolgatherNode = defineNode({
  type: 'generation/sampler',
  version: 1,
  title: 'Sampler',
  description:
    'Sampling settings in one place, for several nodes. A setting given at the node that uses it wins over this one.',
  inputs: {
    sampler: {
      type: 'sampler',
      title: 'From',
      description: 'Settings to begin with; those given here win.',
      schema: samplerSchema.optional(),
      widget: 'none',
    },
    ...samplingInputs,
    drySequenceBreakers: {
      type: 'list',
      title: 'DRY breakers',
      description: 'Texts across which DRY sees no repeats. Empty: line break, colon, quote and star.',
      schema: z.array(z.string().min(1)).max(64).optional(),
      advanced: true,
    },
  },
  outputs: { sampler: { type: 'sampler', description: 'The settings together.' } },
  run: ({ sampler: from, drySequenceBreakers, ...inputs }) => {
    const given: SamplerValue = { ...readSampling(inputs), drySequenceBreakers } as SamplerValue
    return { sampler: withoutAbsent(joinSamplers(from, given)) }
  },
})
