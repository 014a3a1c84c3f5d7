import { samplerNames, type SamplingSettings } from '@woolgather/llama'
import type { InputDefinition } from '@woolgather/engine'
import { z } from 'zod'

/**
 * A number that is one sampler's setting; neutral values switch the sampler off, as in llama.cpp. The default is shown,
 * not filled in: what is not given here may come from a sampler over a link.
 */
function setting(
  title: string,
  type: 'number' | 'integer',
  schema: z.ZodNumber | z.ZodInt,
  fallback: number,
  description: string,
): {
  type: 'number' | 'integer'
  title: string
  description: string
  schema: z.ZodOptional<z.ZodNumber>
  advanced: true
} {
  return { type, title, description, schema: schema.optional().meta({ default: fallback }), advanced: true }
}

const fraction: z.ZodNumber = z.number().min(0).max(1)

/** Every setting of llama.cpp's sampler chain, with llama.cpp's defaults. */
export const samplingInputs = {
  temperature: {
    type: 'number',
    title: 'Temperature',
    description: 'How freely words are chosen; 0 always takes the likeliest.',
    schema: z.number().min(0).max(5).optional().meta({ default: 0.8 }),
    widget: 'slider',
  },
  dynatempRange: setting(
    'Dynamic temperature range',
    'number',
    z.number().min(0).max(5),
    0,
    'Temperature varies by ± this, with how sure the model is; 0 off.',
  ),
  dynatempExponent: setting(
    'Dynamic temperature exponent',
    'number',
    z.number().min(0).max(10),
    1,
    'Shape of dynamic temperature.',
  ),
  topK: setting('Top-k', 'integer', z.int().min(0).max(1_000_000), 40, 'Keep the k likeliest tokens; 0 off.'),
  topP: setting('Top-p', 'number', fraction, 0.95, 'Keep the likeliest tokens that together reach p; 1 off.'),
  minP: setting('Min-p', 'number', fraction, 0.05, 'Drop tokens less likely than p × the likeliest; 0 off.'),
  typicalP: setting('Typical-p', 'number', fraction, 1, 'Keep tokens of typical surprise up to p; 1 off.'),
  topNSigma: setting(
    'Top-nσ',
    'number',
    z.number().min(-1).max(100),
    -1,
    'Keep tokens within n standard deviations of the best logit; −1 off.',
  ),
  xtcProbability: setting(
    'XTC probability',
    'number',
    fraction,
    0,
    'How often the likeliest tokens are removed; 0 off.',
  ),
  xtcThreshold: setting(
    'XTC threshold',
    'number',
    fraction,
    0.1,
    'Tokens above this probability may be removed.',
  ),
  penaltyLastN: setting(
    'Penalty window',
    'integer',
    z.int().min(-1).max(1_000_000),
    64,
    'Tokens the penalties look back on, those of the prompt too: what it says counts as said. −1 the whole context, 0 none.',
  ),
  repeatPenalty: setting(
    'Repeat penalty',
    'number',
    z.number().min(0.01).max(10),
    1,
    'Above 1 discourages repeats, of words in the prompt too; 1 off.',
  ),
  frequencyPenalty: setting(
    'Frequency penalty',
    'number',
    z.number().min(-10).max(10),
    0,
    'Grows with each time a token occurred, in the prompt too; 0 off.',
  ),
  presencePenalty: setting(
    'Presence penalty',
    'number',
    z.number().min(-10).max(10),
    0,
    'Once per token that occurred, in the prompt too; 0 off.',
  ),
  dryMultiplier: setting(
    'DRY multiplier',
    'number',
    z.number().min(0).max(100),
    0,
    'Strength against sequences that were there already, in the prompt too; 0 off.',
  ),
  dryBase: setting(
    'DRY base',
    'number',
    z.number().min(0).max(10),
    1.75,
    'Growth with the length of the repeated sequence.',
  ),
  dryAllowedLength: setting(
    'DRY allowed length',
    'integer',
    z.int().min(0).max(1_000),
    2,
    'Repeats up to this length are free.',
  ),
  dryPenaltyLastN: setting(
    'DRY window',
    'integer',
    z.int().min(-1).max(1_000_000),
    -1,
    'Tokens DRY looks back on, those of the prompt too; −1 all.',
  ),
  mirostat: setting('Mirostat', 'integer', z.int().min(0).max(2), 0, 'Version of Mirostat; 0 off.'),
  mirostatTau: setting(
    'Mirostat τ',
    'number',
    z.number().min(0).max(100),
    5,
    'Surprise that Mirostat aims at.',
  ),
  mirostatEta: setting('Mirostat η', 'number', z.number().min(0).max(1), 0.1, 'How fast Mirostat learns.'),
  adaptiveTarget: setting(
    'Adaptive-p target',
    'number',
    z.number().min(-1).max(1),
    -1,
    'Probability aimed at; −1 off.',
  ),
  adaptiveDecay: setting(
    'Adaptive-p decay',
    'number',
    z.number().min(0).max(0.99),
    0.9,
    'How slowly the aim moves.',
  ),
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
  ) as SamplingSettings
}
