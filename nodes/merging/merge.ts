import { methodNames, methods, tellSettings, type MethodDefinition, type MethodName } from '@woolgather/merge'
import {
  mergeParametersSchema,
  outputTypes,
  WoolgatherError,
  type MergeParameter,
  type MergeParameters,
  type ModelRecipe,
} from '@woolgather/workflow'
import { z } from 'zod'
import { modelRecipeSchema } from '../services/recipe-schemas.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { checkCount, mergeValue } from './merge-value.ts'
import { parseSettings } from './parse-settings.ts'

export const merge: WoolgatherNode = defineNode({
  type: 'merging/merge',
  version: 1,
  title: 'Merge models',
  description:
    'Any number of models as one, by any of mergekit’s methods, quantised files too. Made when something needs it, once for all that need it.',
  inputs: {
    models: {
      type: 'model',
      title: 'Models',
      description:
        'Models of one architecture and size, in the order of the weights. LoRAs are baked in first.',
      schema: modelRecipeSchema,
      multiple: true,
    },
    base: {
      type: 'model',
      title: 'Base',
      description:
        'What they were trained from: for methods that work on what each model learned beyond it. slerp, nearswap and arcee_fusion go from the first of two models to the second, whatever is connected here.',
      schema: modelRecipeSchema.optional(),
      widget: 'none',
    },
    method: {
      type: 'text',
      title: 'Method',
      description: methodNames.map((name) => `${name}: ${methods[name].description}`).join(' '),
      schema: z.enum(methodNames).meta({ help: helpOfMethods() }).default('linear'),
    },
    ratio: {
      type: 'number',
      title: 'Ratio',
      description: 'Of two models: share of the second; the first has the rest. In place of weights.',
      schema: z.number().min(0).max(1).optional(),
    },
    weights: {
      type: 'text',
      title: 'Weights',
      description:
        'One for each model: 0.5, 0.5. With a line for each model, a line may be a gradient over the layers (0 0.5 1) and differ by names of tensors (attn: 0.2; mlp: 0 1; 0.5). Empty: 1 each.',
      schema: z.string().default(''),
      widget: 'textarea',
    },
    densities: {
      type: 'text',
      title: 'Densities',
      description:
        'Share of what each model learned that is kept, for methods that drop the rest, written as weights are. Empty: all.',
      schema: z.string().default(''),
      widget: 'textarea',
      advanced: true,
    },
    lambda: {
      type: 'number',
      title: 'Lambda',
      description: 'Factor of the whole difference from the base.',
      schema: z.number().min(-10).max(10).optional(),
      advanced: true,
    },
    parameters: {
      type: 'json',
      title: 'Other settings',
      description:
        'Under mergekit’s names: {"normalize": false}; gradients and filters too: {"t": [{"filter": "mlp", "value": [0, 1]}, {"value": 0.5}]}.',
      schema: mergeParametersSchema.default({}),
      advanced: true,
    },
    seed: {
      type: 'integer',
      title: 'Seed',
      description: 'Of methods that drop at random (dare, della).',
      schema: z.int().min(0).max(4_294_967_295).default(0),
      widget: 'seed',
      advanced: true,
    },
    vocabulary: {
      type: 'text',
      title: 'Vocabulary',
      description:
        'Tokens of the result, where models have different ones: union, those of the base, or of the first model. same: refuse models that differ.',
      schema: z.enum(['same', 'union', 'base', 'first']).default('same'),
      advanced: true,
    },
    type: {
      type: 'text',
      title: 'Type',
      description: 'How weights are stored. auto: each tensor as in the most precise of the models.',
      schema: z.enum(outputTypes).default('auto'),
      advanced: true,
    },
  },
  outputs: { model: { type: 'model', description: 'The merge.' } },
  run({ models: linked, base: givenBase, method, seed, vocabulary, type, ...settings }) {
    const { models, base } = placeBase(method, linked, givenBase)
    checkCount(method, models.length, base)
    const own = ownSettings(method, models.length, settings)
    return {
      model: mergeValue({
        method,
        models: models.map((model, index) => ({ model, parameters: own[index] ?? {} })),
        ...(base && methods[method].base !== 'unused' && { base }),
        parameters: sharedSettings(method, settings),
        vocabulary: vocabulary === 'first' ? 0 : vocabulary,
        outputType: type,
        ...(methods[method].random && { seed }),
      }),
    }
  },
})

/** Methods that go from one model to another call the first the base; so a base may stay connected in a sweep of methods. */
function placeBase(
  method: MethodName,
  models: readonly ModelRecipe[],
  base: ModelRecipe | undefined,
): { models: readonly ModelRecipe[]; base: ModelRecipe | undefined } {
  const goesFromBase = methods[method].base === 'required' && methods[method].models.max === 1
  if (!goesFromBase || models.length !== 2) return { models, base }
  return { models: models.slice(1), base: models[0] }
}

interface Settings {
  ratio?: number | undefined
  weights: string
  densities: string
  lambda?: number | undefined
  parameters: MergeParameters
}

/** What the method has no use for is left out, so that methods can be swept. */
function ownSettings(
  method: MethodName,
  count: number,
  { ratio, weights, densities }: Settings,
): MergeParameters[] {
  const { perModel } = methods[method]
  const given = {
    weight: perModel['weight'] && weightsOf(weights, ratio, count),
    density: perModel['density'] && parseSettings(densities, count, 'densities'),
  }
  return Array.from({ length: count }, (_, index) => {
    const named = Object.entries(given).flatMap(([name, values]): [string, MergeParameter][] => {
      const value = values?.[index]
      return value === undefined ? [] : [[name, value]]
    })
    return Object.fromEntries(named)
  })
}

function weightsOf(text: string, ratio: number | undefined, count: number): (MergeParameter | undefined)[] {
  if (ratio === undefined) return parseSettings(text, count, 'weights')
  if (text.trim() !== '') {
    throw new WoolgatherError('invalid-input', 'There are both a ratio and weights.', {
      input: 'ratio',
      hint: 'Empty one of the two.',
    })
  }
  if (count === 2) return [1 - ratio, ratio]
  throw new WoolgatherError('invalid-input', `A ratio is between two models, and there are ${count}.`, {
    input: 'ratio',
    hint: 'Write a weight for each model in place of the ratio.',
  })
}

function sharedSettings(method: MethodName, { ratio, lambda, parameters }: Settings): MergeParameters {
  const { shared, ratio: share }: MethodDefinition = methods[method]
  return {
    // Of others the ratio is weights.
    ...(share !== undefined && { [share]: ratio ?? 0.5 }),
    ...(shared['lambda'] && lambda !== undefined && { lambda }),
    ...parameters,
  }
}

/** What the form says of the method that is chosen. */
function helpOfMethods(): Record<MethodName, string> {
  const help = methodNames.map((name) => {
    const method: MethodDefinition = methods[name]
    return [name, [method.description, ...tellSettings(method)].join('\n')]
  })
  return Object.fromEntries(help) as Record<MethodName, string>
}
