import { loraMethodNamed, loraMethodNames } from '@woolgather/merge'
import { loraOn, WoolgatherError, type LoraRecipe } from '@woolgather/workflow'
import { z } from 'zod'
import { loraRecipeSchema, modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { sourceOf } from './lora-value.ts'

export const combineLoras: WoolgatherNode = defineNode({
  type: 'lora/combine',
  version: 1,
  title: 'Combine LoRAs',
  description:
    'Several LoRAs as one. The exact sum does what applying all of them does; other methods settle where they disagree, or keep the rank low.',
  inputs: {
    loras: {
      type: 'lora',
      title: 'LoRAs',
      description: 'LoRAs of one model, in the order of the weights.',
      schema: loraRecipeSchema,
      multiple: true,
    },
    model: {
      type: 'model',
      title: 'Model',
      description: 'Of PEFT adapters: the model that they are made for. Others need none.',
      schema: modelRecipeSchema.optional(),
      widget: 'none',
    },
    weights: {
      type: 'text',
      title: 'Weights',
      description: 'How much of each, in order: 1, 0.5. Empty: 1 of each. Below 0 takes away.',
      schema: z.string().default(''),
    },
    method: {
      type: 'text',
      title: 'Method',
      description:
        'cat: the exact sum, of the ranks added up. svd: that sum, brought to a rank. The others are PEFT’s: linear, ties, dare and pruning combine the factors A with A and B with B, which adds products of different LoRAs that can be as large as the sum itself; with _svd they combine the whole changes, exactly, and bring the result to a rank.',
      schema: z.enum(loraMethodNames).default('cat'),
    },
    rank: {
      type: 'integer',
      title: 'Rank',
      description: 'Of svd methods. Empty: the largest rank among the LoRAs.',
      schema: z.int().min(1).max(4096).optional(),
    },
    density: {
      type: 'number',
      title: 'Density',
      description: 'Share that ties and pruning (the largest) and dare (at random) keep.',
      schema: z.number().positive().max(1).default(0.5),
    },
    energy: {
      type: 'number',
      title: 'Energy',
      description: 'Of svd methods, in place of a rank: share of the sum’s energy to keep, e.g. 0.95.',
      schema: z.number().positive().max(1).optional(),
      advanced: true,
    },
    majority: {
      type: 'text',
      title: 'Majority',
      description: 'How ties settles a sign: by the sum of the values, or by counting LoRAs.',
      schema: z.enum(['total', 'frequency']).default('total'),
      advanced: true,
    },
    seed: {
      type: 'integer',
      title: 'Seed',
      description: 'Of dare: which values are dropped.',
      schema: z.int().min(0).max(4_294_967_295).default(0),
      widget: 'seed',
      advanced: true,
    },
  },
  outputs: {
    lora: { type: 'lora', description: 'The combined LoRA, to be applied, baked or saved.' },
    rank: { type: 'integer', description: 'Its largest rank.' },
  },
  fingerprint: ({ loras, model }, { weights }) =>
    Promise.all(loras.map((lora) => weights.fingerprintLora(model ? loraOn(lora, model) : lora))),
  async run(
    { loras, model, weights, method, rank, energy, density, majority, seed },
    { services, signal, progress },
  ) {
    const given = readWeights(weights, loras.length)
    const { ranked, sparse, elects, random } = loraMethodNamed(method)
    const combine = {
      loras: loras.map((lora, index) => ({
        ...sourceOf(lora),
        strength: lora.strength,
        weight: given[index] ?? 1,
      })),
      method,
      ...(ranked && rank !== undefined && { rank }),
      ...(ranked && rank === undefined && energy !== undefined && { energy }),
      ...(sparse && { density }),
      ...(elects && { majority }),
      ...(random && { seed }),
    }
    const lora: LoraRecipe = { kind: 'lora', combine, strength: 1 }
    const { tensors } = await services.weights.describeLora(model ? loraOn(lora, model) : lora, {
      signal,
      onProgress: progress,
    })
    return {
      lora: lora,
      rank: tensors.reduce((largest, tensor) => Math.max(largest, tensor.rank), 0),
    }
  },
})

/** @throws WoolgatherError invalid-input */
function readWeights(text: string, count: number): number[] {
  const weights = text.split(/[\s,;]+/).filter((part) => part !== '')
  const numbers = weights.map(Number)
  if (numbers.some((weight) => !Number.isFinite(weight))) {
    throw new WoolgatherError('invalid-input', `“${text}” is no list of weights.`, {
      input: 'weights',
      hint: 'Write a number for each LoRA: 1, 0.5.',
    })
  }
  if (numbers.length === 0 || numbers.length === count) return numbers
  throw new WoolgatherError(
    'invalid-input',
    `There are ${numbers.length} weights for ${count} LoRA${count === 1 ? '' : 's'}.`,
    {
      input: 'weights',
      hint: 'Write one for each, in the order of the links, or none at all.',
    },
  )
}
