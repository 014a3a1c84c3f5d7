import type { LoraSource, ModelRecipe, ModelSource } from './recipe.ts'

/** Every file of the models folders that a model is made from, each once. */
export function filesOfModel(recipe: ModelRecipe): string[] {
  return [...new Set([...filesOfWeights(recipe), ...recipe.adapters.flatMap(filesOfLora)])]
}

function filesOfWeights(source: ModelSource): string[] {
  if (source.kind === 'file') return [source.file]
  if (source.kind === 'checkpoint') return source.files.map((file) => inFolder(source.folder, file))
  const models = source.models.map(({ model }) => model)
  return [...models, ...(source.base ? [source.base] : [])].flatMap(filesOfModel)
}

/** Every file of the models folders that a LoRA is made from, each once. */
export function filesOfLora(source: LoraSource): string[] {
  if ('file' in source) return [source.file]
  // What was trained is named by what is in it.
  if ('trained' in source) return []
  if ('peft' in source) {
    const own = peftFiles.map((name) => inFolder(source.peft, name))
    return [...own, ...(source.base ? filesOfModel(source.base) : [])]
  }
  const files =
    'combine' in source
      ? source.combine.loras.flatMap(filesOfLora)
      : [...filesOfModel(source.extract.tuned), ...filesOfModel(source.extract.base)]
  return [...new Set(files)]
}

/** What a PEFT adapter is: how it was trained, and its weights. */
export const peftFiles = ['adapter_config.json', 'adapter_model.safetensors'] as const

/** A file of a folder that a workflow names, which may be one of a repository: `hf:owner/repo#branch`. */
export function inFolder(folder: string, file: string): string {
  const [path = '', branch] = folder.split('#')
  return folder.startsWith('hf:') && branch !== undefined ? `${path}/${file}#${branch}` : `${folder}/${file}`
}

/** A LoRA as it is on a model: PEFT adapters in it are made for that. */
export function loraOn<Source extends LoraSource>(source: Source, model: ModelSource): Source {
  if ('peft' in source) return { ...source, base: { ...weightsOf(model), adapters: [] } }
  if (!('combine' in source)) return source
  const { combine } = source
  return { ...source, combine: { ...combine, loras: combine.loras.map((lora) => loraOn(lora, model)) } }
}

/** What a model is called in messages: its file, or how it is made. */
export function nameOfModel(source: ModelSource): string {
  if (source.kind === 'file') return source.file
  if (source.kind === 'checkpoint') return source.folder
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
  if (source.kind === 'checkpoint') {
    const { kind, folder, files, outputType } = source
    return { kind, folder, files, outputType }
  }
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
