import {
  samplerNames,
  samplingNumbers,
  type SamplingNumber,
  type SamplingNumberName,
  type SamplingSettings,
} from '@woolgather/llama'
import type { InputDefinition } from '@woolgather/engine'
import { z } from 'zod'

interface Words {
  title: string
  description: string
}

/** What people are told of each setting. */
const words: Record<SamplingNumberName, Words> = {
  temperature: {
    title: 'Temperature',
    description: 'How freely words are chosen; 0 always takes the likeliest.',
  },
  dynatempRange: {
    title: 'Dynamic temperature range',
    description: 'Temperature varies by ± this, with how sure the model is; 0 off.',
  },
  dynatempExponent: { title: 'Dynamic temperature exponent', description: 'Shape of dynamic temperature.' },
  topK: { title: 'Top-k', description: 'Keep the k likeliest tokens; 0 off.' },
  topP: { title: 'Top-p', description: 'Keep the likeliest tokens that together reach p; 1 off.' },
  minP: { title: 'Min-p', description: 'Drop tokens less likely than p × the likeliest; 0 off.' },
  typicalP: { title: 'Typical-p', description: 'Keep tokens of typical surprise up to p; 1 off.' },
  topNSigma: {
    title: 'Top-nσ',
    description: 'Keep tokens within n standard deviations of the best logit; −1 off.',
  },
  xtcProbability: {
    title: 'XTC probability',
    description: 'How often the likeliest tokens are removed; 0 off.',
  },
  xtcThreshold: { title: 'XTC threshold', description: 'Tokens above this probability may be removed.' },
  penaltyLastN: {
    title: 'Penalty window',
    description:
      'Tokens the penalties look back on, those of the prompt too: what it says counts as said. −1 the whole context, 0 none.',
  },
  repeatPenalty: {
    title: 'Repeat penalty',
    description: 'Above 1 discourages repeats, of words in the prompt too; 1 off.',
  },
  frequencyPenalty: {
    title: 'Frequency penalty',
    description: 'Grows with each time a token occurred, in the prompt too; 0 off.',
  },
  presencePenalty: {
    title: 'Presence penalty',
    description: 'Once per token that occurred, in the prompt too; 0 off.',
  },
  dryMultiplier: {
    title: 'DRY multiplier',
    description: 'Strength against sequences that were there already, in the prompt too; 0 off.',
  },
  dryBase: { title: 'DRY base', description: 'Growth with the length of the repeated sequence.' },
  dryAllowedLength: { title: 'DRY allowed length', description: 'Repeats up to this length are free.' },
  dryPenaltyLastN: {
    title: 'DRY window',
    description: 'Tokens DRY looks back on, those of the prompt too; −1 all.',
  },
  mirostat: { title: 'Mirostat', description: 'Version of Mirostat; 0 off.' },
  mirostatTau: { title: 'Mirostat τ', description: 'Surprise that Mirostat aims at.' },
  mirostatEta: { title: 'Mirostat η', description: 'How fast Mirostat learns.' },
  adaptiveTarget: { title: 'Adaptive-p target', description: 'Probability aimed at; −1 off.' },
  adaptiveDecay: { title: 'Adaptive-p decay', description: 'How slowly the aim moves.' },
}

type NumberInput = Words & { type: 'number' | 'integer'; schema: z.ZodOptional<z.ZodNumber>; advanced: true }

/** The default is shown, not filled in: what is not given here may come from a sampler over a link. */
function numberInput(name: SamplingNumberName): NumberInput {
  const { default: fallback, integer, usual, ...range }: SamplingNumber = samplingNumbers[name]
  const { min, max } = { ...range, ...usual }
  const schema = (integer ? z.int() : z.number()).min(min).max(max)
  return {
    ...words[name],
    type: integer ? 'integer' : 'number',
    schema: schema.optional().meta({ default: fallback }),
    advanced: true,
  }
}

const numberNames = Object.keys(samplingNumbers) as SamplingNumberName[]
const { temperature, ...others } = Object.fromEntries(
  numberNames.map((name) => [name, numberInput(name)]),
) as Record<SamplingNumberName, NumberInput>

/** Every setting of llama.cpp's sampler chain. */
export const samplingInputs = {
  temperature: { ...temperature, widget: 'slider', advanced: false },
  ...others,
  samplers: {
    type: 'list',
    title: 'Samplers',
    description: `Which samplers run, in which order. Known: ${samplerNames.join(', ')}.`,
    schema: z.array(z.enum(samplerNames)).optional(),
    advanced: true,
  },
} as const satisfies Record<string, InputDefinition>

export type SamplingInputs = {
  [Name in keyof typeof samplingInputs]?: z.output<(typeof samplingInputs)[Name]['schema']>
}

/** The settings that were given among a node's inputs; what is absent is left to a sampler or the default. */
export function readSampling(inputs: SamplingInputs): SamplingSettings {
  const names = Object.keys(samplingInputs) as (keyof SamplingInputs)[]
  return Object.fromEntries(
    names.flatMap((name) => (inputs[name] === undefined ? [] : [[name, inputs[name]]])),
  )
}
