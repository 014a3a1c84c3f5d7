import { methodNamed } from '@woolgather/merge'
import {
  WoolgatherError,
  type MergeParameters,
  type MergeSource,
  type ModelRecipe,
  type OutputType,
} from '@woolgather/workflow'

/** A merge as it travels on a link. What the first model is loaded with, the result is. */
export function mergeValue(source: Omit<MergeSource, 'kind'>): ModelRecipe {
  const { gpuLayers, contextSize, threads, reproducible } = source.models[0]?.model ?? source.base ?? {}
  return {
    kind: 'merge',
    ...source,
    ...(gpuLayers !== undefined && { gpuLayers }),
    ...(contextSize !== undefined && { contextSize }),
    ...(threads !== undefined && { threads }),
    ...(reproducible && { reproducible }),
    adapters: [],
  }
}

/** A merge of models without settings of their own. */
export function plainMerge(
  method: MergeSource['method'],
  models: readonly ModelRecipe[],
  options: {
    base?: ModelRecipe | undefined
    parameters?: MergeParameters
    type?: OutputType
    vocabulary?: MergeSource['vocabulary']
  } = {},
): ModelRecipe {
  const { base, parameters = {}, type = 'auto', vocabulary = 'same' } = options
  return mergeValue({
    method,
    models: models.map((model) => ({ model, parameters: {} })),
    ...(base && { base }),
    parameters,
    vocabulary,
    outputType: type,
  })
}

/**
 * Holds the number of models against what the method takes.
 * @throws WoolgatherError invalid-input
 */
export function checkCount(
  method: MergeSource['method'],
  count: number,
  base: ModelRecipe | undefined,
): void {
  const { models, base: usesBase } = methodNamed(method)
  const { min, max = Infinity } = models
  if (usesBase === 'required' && base === undefined) {
    throw new WoolgatherError('invalid-input', `${method} needs a base model.`, {
      input: 'base',
      hint: 'Connect the model that the others were trained from.',
    })
  }
  if (count >= Math.max(1, min) && count <= max) return
  const wanted =
    max === min ? String(min) : max === Infinity ? `at least ${Math.max(1, min)}` : `${min} to ${max}`
  const besides = usesBase === 'required' ? ' besides the base' : ''
  throw new WoolgatherError(
    'invalid-input',
    `${method} takes ${wanted} model${max === 1 ? '' : 's'}${besides}, not ${count}.`,
    {
      input: 'models',
      hint:
        max === 2
          ? 'Merge two first, or choose linear for many.'
          : 'Connect another model, or choose another method.',
    },
  )
}
