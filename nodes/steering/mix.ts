import {
  asMix,
  blendMixes,
  mapModels,
  WoolgatherError,
  type BlendPart,
  type MixLike,
  type ModelRecipe,
} from '@woolgather/workflow'
import { z } from 'zod'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { mixPartSchema } from './mixes/mix-schemas.ts'

export const mix: WoolgatherNode = defineNode({
  type: 'steering/mix',
  version: 1,
  title: 'Mix prompts',
  description:
    'Prompts and what each counts, by hand. With models, each prompt may be read by another one that shares the vocabulary: guidance between models.',
  inputs: {
    prompts: {
      type: 'any',
      title: 'Prompts',
      description: 'Texts, conversations or mixes, in order. One prompt may be read by several models.',
      schema: mixPartSchema,
      multiple: true,
      passes: 'mix',
    },
    weights: {
      type: 'number',
      title: 'Weights',
      description:
        'What each prompt counts, in their order; below 0 steers away. One weight fewer than prompts: the first prompt gets what is left to 1. None: all count the same.',
      schema: z.number().min(-100).max(100).optional(),
      multiple: true,
    },
    models: {
      type: 'model',
      title: 'Models',
      description: 'Who reads each prompt, in their order; none: the model that generates.',
      schema: modelRecipeSchema.optional(),
      multiple: true,
      widget: 'none',
    },
    normalise: {
      type: 'boolean',
      title: 'Normalise',
      description: 'Divides the weights by their sum; without it they must sum to 1.',
      schema: z.boolean().default(true),
      advanced: true,
    },
  },
  outputs: { mix: { type: 'mix', description: 'The prompts and what each counts.' } },
  run: ({ prompts, weights, models, normalise }) => {
    const parts = readBy(prompts, models.filter(isGiven))
    const coefficients = coefficientsFor(parts.length, weights.filter(isGiven), normalise)
    const blend: BlendPart[] = parts.map((part, index) => ({ mix: part, weight: coefficients[index] ?? 0 }))
    return { mix: blendMixes(blend) }
  },
})

/** Inputs that take several links hold nothing where none is linked; a single one may be absent. */
function isGiven<Value>(value: Value | undefined): value is Value {
  return value !== undefined
}

/** Each prompt with its model; one prompt is read by all models, one model reads all prompts. */
function readBy(prompts: readonly MixLike[], models: readonly ModelRecipe[]): BlendPart['mix'][] {
  if (prompts.length === 0) {
    throw new WoolgatherError('missing-input', 'There is no prompt to mix.', { input: 'prompts' })
  }
  const count = Math.max(prompts.length, models.length)
  if (![1, count].includes(prompts.length) || ![0, 1, count].includes(models.length)) {
    throw new WoolgatherError(
      'invalid-input',
      `There are ${prompts.length} prompts and ${models.length} models.`,
      { input: 'models', hint: 'Give one model for each prompt, one for all, or none.' },
    )
  }
  return Array.from({ length: count }, (_, index) => {
    const part = asMix(prompts[prompts.length === 1 ? 0 : index] ?? '')
    const model = models[models.length === 1 ? 0 : index]
    return model === undefined ? part : mapModels(part, (own) => own ?? model)
  })
}

function coefficientsFor(count: number, weights: readonly number[], normalise: boolean): number[] {
  if (weights.length === 0) return Array.from({ length: count }, () => 1 / count)
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (weights.length === count - 1) return [1 - sum, ...weights]
  if (weights.length !== count) {
    throw new WoolgatherError('invalid-input', `There are ${weights.length} weights for ${count} prompts.`, {
      input: 'weights',
      hint: `Give ${count}, or ${count - 1} and the first prompt gets what is left to 1.`,
    })
  }
  if (Math.abs(sum - 1) < 1e-6) return [...weights]
  if (normalise && Math.abs(sum) > 1e-6) return weights.map((weight) => weight / sum)
  throw new WoolgatherError(
    'invalid-input',
    `The weights sum to ${Number(sum.toPrecision(6))}; they must sum to 1.`,
    {
      input: 'weights',
      hint: normalise
        ? 'Weights that cancel out have nothing to write with: make the main prompt count more.'
        : 'Switch on “normalise” to have them divided by their sum.',
    },
  )
}
