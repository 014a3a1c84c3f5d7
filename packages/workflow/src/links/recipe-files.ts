import type { LoraSource, ModelRecipe, ModelSource } from './recipe.ts'

/** Every file of the models folders that a model is made from, each once. */
export function filesOfModel(recipe: ModelRecipe): string[] {
  return [...new Set([...filesOfWeights(recipe), ...recipe.adapters.flatMap(filesOfLora)])]
}

function filesOfWeights(source: ModelSource): string[] {
  if (source.kind === 'file') return [source.file]
  const models = source.models.map(({ model }) => model)
  return [...models, ...(source.base ? [source.base] : [])].flatMap(filesOfModel)
}

/** Every file of the models folders that a LoRA is made from, each once. */
export function filesOfLora(source: LoraSource): string[] {
  if ('file' in source) return [source.file]
  const files =
    'combine' in source
      ? source.combine.loras.flatMap(filesOfLora)
      : [...filesOfModel(source.extract.tuned), ...filesOfModel(source.extract.base)]
  return [...new Set(files)]
}

/** What a model is called in messages: its file, or how it is made. */
export function nameOfModel(source: ModelSource): string {
  if (source.kind === 'file') return source.file
  const [first] = source.models
  const isWhole = source.method === 'passthrough' && source.slices === undefined
  if (isWhole && first && source.models.length === 1) return nameOfModel(first.model)
  const models = [...(source.base ? [source.base] : []), ...source.models.map(({ model }) => model)]
  const names = models.map(nameOfModel).join(', ')
  return source.slices === undefined ? `${source.method}(${names})` : `layers of ${names}`
}

/**
 * The part of a recipe that decides its weights, in one form: without what models are loaded with, and vectors. LoRAs
 * stay only in the models of a merge, where they are baked.
 */
export function weightsOf(source: ModelSource): ModelSource {
  if (source.kind === 'file') return { kind: 'file', file: source.file }
  const { kind, method, models, base, parameters, slices, vocabulary, outputType, seed } = source
  return {
    kind,
    method,
    models: models.map(({ model, parameters: own }) => ({ model: branchOf(model), parameters: own })),
    ...(base && { base: branchOf(base) }),
    parameters,
    ...(slices && { slices }),
    vocabulary,
    outputType,
    ...(seed !== undefined && { seed }),
  }
}

/**
 * What must be loaded for a recipe, in one form: models that differ in adapters and vectors alone are one in memory.
 * Recipes with the same key may be used at once without loading more than one model.
 */
export function loadKeyOf(recipe: ModelRecipe): string {
  const { gpuLayers, contextSize, threads, reproducible } = recipe
  return JSON.stringify([weightsOf(recipe), { gpuLayers, contextSize, threads, reproducible }])
}

function branchOf(model: ModelRecipe): ModelRecipe {
  const { adapters, vectors } = model
  return { ...weightsOf(model), adapters, ...(vectors?.length && { vectors }) }
}
