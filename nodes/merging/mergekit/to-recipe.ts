import { methods, type MethodName } from '@woolgather/merge'
import type {
  CheckpointSource,
  MergeParameter,
  MergeParameters,
  MergeSlice,
  ModelRecipe,
  OutputType,
  PeftSource,
} from '@woolgather/workflow'
import type { ConfigSource, MergekitConfig, ModelReference, Settings } from './read-config.ts'
import { resolveName, type NamedFile } from './resolve-names.ts'

export interface Surroundings {
  /** What the models folders hold. */
  files: readonly NamedFile[]
  /** Which file a name stands for, as the person said. */
  given: ReadonlyMap<string, string>
  /** Checkpoints and PEFT adapters, which are folders, by the names that stand for no file. */
  folders: Folders
  seed: number
}

export interface Folders {
  models: ReadonlyMap<string, CheckpointSource>
  loras: ReadonlyMap<string, PeftSource>
}

/** Names of models and LoRAs that are no file. */
export function namesOfFolders(
  configs: readonly MergekitConfig[],
  { files, given }: Pick<Surroundings, 'files' | 'given'>,
): { models: Set<string>; loras: Set<string> } {
  const made = new Set(configs.map(({ name }) => name))
  const references = configs.flatMap(({ slices, base }) => [
    ...slices.flatMap(({ sources }) => sources.map(({ model }) => model)),
    ...(base ? [base] : []),
  ])
  const isNone = (name: string, kind: 'model' | 'lora'): boolean =>
    'problem' in resolveName(name, kind, files, given)
  const models = references.map(({ name }) => name).filter((name) => !made.has(name) && isNone(name, 'model'))
  const loras = references.flatMap(({ lora }) => (lora !== undefined && isNone(lora, 'lora') ? [lora] : []))
  return { models: new Set(models), loras: new Set(loras) }
}

/**
 * The merges of a mergekit file as a recipe: that of the last. What is wrong is told at its place.
 * @returns undefined where something is wrong
 */
export function toRecipe(
  configs: readonly MergekitConfig[],
  surroundings: Surroundings,
): ModelRecipe | undefined {
  const made = new Map<string, ModelRecipe>()
  let last: ModelRecipe | undefined
  for (const config of configs) {
    last = mergeOf(config, surroundings, made)
    if (last !== undefined && config.name !== undefined) made.set(config.name, last)
  }
  return last
}

function mergeOf(
  config: MergekitConfig,
  surroundings: Surroundings,
  made: ReadonlyMap<string, ModelRecipe>,
): ModelRecipe | undefined {
  const { seed } = surroundings
  const { method, slices, base, settings, outType, tokenizer, place } = config
  const usesBase = methods[method].base !== 'unused'
  const baseKey = usesBase && base !== undefined ? keyOf(base) : undefined
  const references = slices.flatMap(({ sources }) => sources.map(({ model }) => model))
  const others = distinct(references).filter((reference) => keyOf(reference) !== baseKey)
  const resolve = (reference: ModelReference): ModelRecipe | undefined =>
    modelOf(reference, surroundings, made)
  const models = others.map(resolve)
  const baseModel = usesBase && base !== undefined ? resolve(base) : undefined
  if (!usesBase && base !== undefined && !references.some((model) => keyOf(model) === keyOf(base))) {
    base.place.note(`has no effect: ${method} has no base`)
  }
  if (methods[method].base === 'required' && base === undefined) {
    return place.error(`needs a base_model: ${method} has one`)
  }
  const indexOf = (reference: ModelReference): number | 'base' =>
    keyOf(reference) === baseKey ? 'base' : others.findIndex((other) => keyOf(other) === keyOf(reference))
  const vocabulary = vocabularyOf(tokenizer, base, indexOf)
  checkSlices(config, baseKey)
  if (models.some((model) => model === undefined) || (base && usesBase && baseModel === undefined))
    return undefined
  const layered = slices.some(({ sources }) => sources.some(({ layers }) => layers !== undefined))
  return {
    kind: 'merge',
    method: method satisfies MethodName,
    models: models.flatMap((model, index) =>
      model === undefined
        ? []
        : [
            {
              model,
              parameters: layered ? {} : parametersOf(settingsIn(slices[0]?.sources, others[index]!)),
            },
          ],
    ),
    ...(baseModel && { base: baseModel }),
    parameters: settings.map(parametersOf).reduceRight(layer, {}),
    ...(layered && {
      slices: slices.map(({ sources, settings: own }): MergeSlice => ({
        sources: sources.map(({ model, layers, settings: mine }) => ({
          model: indexOf(model),
          from: layers?.[0] ?? 0,
          to: layers?.[1] ?? 0,
          ...(Object.keys(mine).length > 0 && { parameters: parametersOf(mine) }),
        })),
        ...(Object.keys(own).length > 0 && { parameters: parametersOf(own) }),
      })),
    }),
    vocabulary: vocabulary ?? 'same',
    outputType: (outType as OutputType | undefined) ?? 'auto',
    ...(methods[method].random && { seed }),
    adapters: [],
  }
}

function modelOf(
  { place, name, lora }: ModelReference,
  { files, given, folders }: Surroundings,
  made: ReadonlyMap<string, ModelRecipe>,
): ModelRecipe | undefined {
  const checkpoint = folders.models.get(name)
  const model = made.get(name) ?? (checkpoint ? { ...checkpoint, adapters: [] } : modelFile())
  const adapter = lora === undefined ? undefined : (folders.loras.get(lora) ?? fileOf(lora, 'lora'))
  if (model === undefined || (lora !== undefined && adapter === undefined)) return undefined
  if (adapter === undefined) return model
  return { ...model, adapters: [...model.adapters, { ...adapter, strength: 1 }] }

  function modelFile(): ModelRecipe | undefined {
    const found = fileOf(name, 'model')
    return found && { kind: 'file', ...found, adapters: [] }
  }

  function fileOf(wanted: string, kind: 'model' | 'lora'): { file: string } | undefined {
    const found = resolveName(wanted, kind, files, given)
    if ('problem' in found) return place.error(found.problem)
    return { file: found.file }
  }
}

function keyOf({ name, lora }: ModelReference): string {
  return JSON.stringify([name, lora ?? null])
}

function distinct(references: readonly ModelReference[]): ModelReference[] {
  return [...new Map(references.map((reference) => [keyOf(reference), reference])).values()]
}

function settingsIn(sources: readonly ConfigSource[] = [], model: ModelReference): Settings {
  return sources.find((source) => keyOf(source.model) === keyOf(model))?.settings ?? {}
}

/** What is said of a base, or of one model at several slices, that a recipe cannot say. */
function checkSlices({ slices, base }: MergekitConfig, baseKey: string | undefined): void {
  for (const { base: own, sources } of slices) {
    if (own !== undefined && (base === undefined || keyOf(own) !== keyOf(base))) {
      own.place.error('must be the base_model of the whole merge: slices have no base of their own here')
    }
    for (const { model, settings, layers } of sources) {
      if (keyOf(model) === baseKey && layers === undefined && Object.keys(settings).length > 0) {
        model.place.note('is the base: its parameters have no effect')
      }
    }
  }
}

function vocabularyOf(
  tokenizer: MergekitConfig['tokenizer'],
  base: ModelReference | undefined,
  indexOf: (reference: ModelReference) => number | 'base',
): 'union' | 'base' | number | undefined {
  if (tokenizer === undefined || tokenizer === 'union') return tokenizer
  if (tokenizer === 'base') {
    // A method without a base may have the model among its models.
    const index = base === undefined ? -1 : indexOf(base)
    return index === -1 ? undefined : index
  }
  const index = indexOf(tokenizer)
  return index === -1 ? tokenizer.place.error(`must be one of the models: ${tokenizer.name}`) : index
}

function parametersOf(settings: Settings): MergeParameters {
  return Object.fromEntries(
    Object.entries(settings).map(([name, setting]): [string, MergeParameter] => [
      name,
      setting as MergeParameter,
    ]),
  )
}

/** Settings of a module over those of the whole merge: where no filter of the former matches, the latter count. */
function layer(below: MergeParameters, above: MergeParameters): MergeParameters {
  const layered = { ...below, ...above }
  for (const [name, setting] of Object.entries(above)) {
    const other = below[name]
    if (other !== undefined && isFiltered(setting)) layered[name] = [...setting, ...asFilters(other)]
  }
  return layered
}

type Filters = Extract<MergeParameter, { value: unknown }[]>

function isFiltered(setting: MergeParameter): setting is Filters {
  return Array.isArray(setting) && setting.some((item) => typeof item === 'object')
}

function asFilters(setting: MergeParameter): Filters {
  return isFiltered(setting) ? setting : [{ value: setting as Filters[number]['value'] }]
}
