import {
  isMethodName,
  methods,
  type FilteredSetting,
  type MethodName,
  type ParameterLeaf,
  type ParameterSetting,
} from '@woolgather/merge'
import { nearest } from '@woolgather/workflow'
import type { YamlPlace } from './yaml-place.ts'

/** A model as mergekit names it: `owner/name@revision+lora`. */
export interface ModelReference {
  place: YamlPlace
  name: string
  lora?: string
}

export type Settings = Readonly<Record<string, ParameterSetting>>

export interface ConfigSource {
  model: ModelReference
  settings: Settings
  /** Layers from the first up to before the second; absent: all. */
  layers?: readonly [number, number]
}

export interface ConfigSlice {
  sources: ConfigSource[]
  base?: ModelReference
  settings: Settings
}

/** One merge of a mergekit file. */
export interface MergekitConfig {
  /** What the later documents of the file call it. */
  name?: string
  place: YamlPlace
  method: MethodName
  base?: ModelReference
  /** `models` is one slice of all layers. */
  slices: ConfigSlice[]
  /** Of the module, then of the whole merge. */
  settings: readonly Settings[]
  /** A ggml type; absent: as the models have it. */
  outType?: string
  tokenizer?: 'union' | 'base' | ModelReference
}

const keys = [
  'merge_method',
  'base_model',
  'models',
  'slices',
  'modules',
  'parameters',
  'dtype',
  'out_dtype',
  'tokenizer_source',
  'tokenizer',
  'chat_template',
  'name',
]

/** Types under PyTorch's names, and ggml's own. */
const types: Readonly<Record<string, string>> = {
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  f32: 'F32',
  f16: 'F16',
  bf16: 'BF16',
}

/** @returns undefined where something is wrong, which is in the file's remarks */
export function readConfig(place: YamlPlace, outTypes: readonly string[]): MergekitConfig | undefined {
  const entries = place.entries()
  refuseUnknown(entries, keys)
  const method = readMethod(entries.get('merge_method'), place)
  const parts = findParts(entries, place)
  if (method === undefined || parts === undefined) return undefined
  const base = optional(entries.get('base_model'), readReference)
  const name = entries.get('name')?.text()
  const outType = readType(entries, outTypes)
  const tokenizer = readTokenizer(entries)
  noteTemplate(entries.get('chat_template'))
  const settings = optional(entries.get('parameters'), (given) => readSettings(given, method, 'shared'))
  return {
    place,
    method,
    slices: readSlices(parts, method),
    settings: [parts.settings(method), settings ?? {}],
    ...(name !== undefined && { name }),
    ...(base && { base }),
    ...(outType !== undefined && { outType }),
    ...(tokenizer !== undefined && { tokenizer }),
  }
}

function optional<T>(place: YamlPlace | undefined, read: (place: YamlPlace) => T | undefined): T | undefined {
  return place === undefined || place.isEmpty ? undefined : read(place)
}

function refuseUnknown(entries: ReadonlyMap<string, YamlPlace>, known: readonly string[]): void {
  for (const [key, place] of entries) {
    if (known.includes(key)) continue
    const [close] = nearest(key, known)
    place.error(close === undefined ? 'is not known' : `is not known; did you mean ${close}?`)
  }
}

function readMethod(place: YamlPlace | undefined, file: YamlPlace): MethodName | undefined {
  if (place === undefined) return file.error('has no merge_method')
  const name = place.text()
  if (name === undefined || isMethodName(name)) return name
  const known = Object.keys(methods)
  const [close] = nearest(name, known)
  return place.error(
    `names no merge method known here: ${name}. ${close ? `Did you mean ${close}?` : `There are ${known.join(', ')}.`}`,
  )
}

/** Where a file lists its models: at the top, or in its only module. */
interface Parts {
  models?: YamlPlace
  slices?: YamlPlace
  settings: (method: MethodName) => Settings
}

function findParts(entries: ReadonlyMap<string, YamlPlace>, file: YamlPlace): Parts | undefined {
  const given = ['models', 'slices', 'modules'].filter((key) => !(entries.get(key)?.isEmpty ?? true))
  if (given.length !== 1) {
    return file.error(
      given.length === 0
        ? 'has neither models nor slices'
        : `has ${given.join(' and ')}; exactly one of models, slices and modules may be there`,
    )
  }
  const modules = entries.get('modules')
  if (given[0] !== 'modules' || modules === undefined) return partsOf(entries, undefined)
  const [first, ...others] = modules.entries().values()
  if (first === undefined || others.length > 0) {
    return modules.error('must hold one module: a GGUF model has no others')
  }
  const module = first.entries()
  refuseUnknown(module, ['models', 'slices', 'parameters'])
  if (module.has('models') === module.has('slices')) return first.error('must have either models or slices')
  return partsOf(module, module.get('parameters'))
}

function partsOf(entries: ReadonlyMap<string, YamlPlace>, settings: YamlPlace | undefined): Parts {
  const [models, slices] = [entries.get('models'), entries.get('slices')]
  return {
    ...(models && { models }),
    ...(slices && { slices }),
    settings: (method) => optional(settings, (given) => readSettings(given, method, 'shared')) ?? {},
  }
}

function readSlices({ models, slices }: Parts, method: MethodName): ConfigSlice[] {
  if (models !== undefined && !models.isEmpty) {
    const sources = models.items().map((item) => readSource(item, method, false))
    return [{ sources: sources.filter((source) => source !== undefined), settings: {} }]
  }
  return (slices?.items() ?? []).map((slice) => readSlice(slice, method))
}

function readSlice(place: YamlPlace, method: MethodName): ConfigSlice {
  const entries = place.entries()
  refuseUnknown(entries, ['sources', 'base_model', 'parameters', 'residual_weight'])
  optional(entries.get('residual_weight'), (given) => given.error('is not supported'))
  const sources = entries.get('sources')
  if (sources === undefined) place.error('has no sources')
  const base = optional(entries.get('base_model'), readReference)
  const settings = optional(entries.get('parameters'), (given) => readSettings(given, method, 'shared'))
  return {
    sources: (sources?.items() ?? [])
      .map((source) => readSource(source, method, true))
      .filter((source) => source !== undefined),
    settings: settings ?? {},
    ...(base && { base }),
  }
}

function readSource(place: YamlPlace, method: MethodName, sliced: boolean): ConfigSource | undefined {
  const entries = place.entries()
  refuseUnknown(entries, ['model', 'revision', 'parameters', ...(sliced ? ['layer_range'] : [])])
  noteRevision(entries.get('revision'))
  const model = entries.get('model')
  const layers = entries.get('layer_range')
  if (model === undefined) return place.error('has no model')
  if (sliced && layers === undefined) place.error('has no layer_range')
  const reference = readReference(model)
  const range = optional(layers, readRange)
  const settings = optional(entries.get('parameters'), (given) => readSettings(given, method, 'model'))
  return (
    reference && { model: reference, settings: settings ?? {}, ...(sliced && range && { layers: range }) }
  )
}

function readRange(place: YamlPlace): readonly [number, number] | undefined {
  const [from, to, ...more] = place.items().map((item) => item.number())
  if (from !== undefined && to !== undefined && more.length === 0 && from >= 0 && from < to) return [from, to]
  return place.error('must be two numbers: the first layer, and the first left out')
}

/** `path@revision+lora`, or a map with those parts. */
function readReference(place: YamlPlace): ModelReference | undefined {
  if (place.isMap) return readReferenceMap(place)
  const text = place.text()
  if (text === undefined) return undefined
  const [model = '', lora, ...more] = text.split('+')
  if (model === '' || lora === '' || more.length > 0) return place.error(`names no model: ${text}`)
  return {
    place,
    name: withoutRevision(model, place),
    ...(lora !== undefined && { lora: withoutRevision(lora, place) }),
  }
}

function readReferenceMap(place: YamlPlace): ModelReference | undefined {
  const entries = place.entries()
  refuseUnknown(entries, ['model', 'lora', 'path', 'revision'])
  noteRevision(entries.get('revision'))
  const model = optional(entries.get('path'), (given) => given.text())
  const inner = model === undefined ? optional(entries.get('model'), readReference)?.name : model
  if (inner === undefined) return place.error('names no model')
  const lora = optional(entries.get('lora'), readReference)?.name
  return { place, name: inner, ...(lora !== undefined && { lora }) }
}

function withoutRevision(name: string, place: YamlPlace): string {
  const [path = name, revision] = name.split('@')
  if (revision !== undefined) noteOther(place, revision)
  return path
}

function noteRevision(place: YamlPlace | undefined): void {
  optional(place, (given) => noteOther(given, given.text() ?? ''))
}

function noteOther(place: YamlPlace, revision: string): void {
  place.note(`asks for revision ${revision}; files of the models folders have none`)
}

/**
 * Settings as mergekit has them. A setting that another method knows, or one of the whole merge at a model, has no
 * effect there nor here: that is noted.
 */
function readSettings(place: YamlPlace, method: MethodName, level: 'shared' | 'model'): Settings {
  const { shared, perModel } = methods[method]
  const settings: Record<string, ParameterSetting> = {}
  for (const [name, given] of place.entries()) {
    const known = Object.hasOwn(perModel, name) || (level === 'shared' && Object.hasOwn(shared, name))
    const setting = readSetting(given)
    if (setting === undefined) continue
    if (known) settings[name] = setting
    else explainSetting(given, name, method)
  }
  return settings
}

function explainSetting(place: YamlPlace, name: string, method: MethodName): void {
  const { shared, perModel } = methods[method]
  if (Object.hasOwn(shared, name)) {
    return place.note(`has no effect at a model: ${name} is a setting of the whole merge`)
  }
  const all = Object.values(methods).flatMap((other) => Object.keys({ ...other.shared, ...other.perModel }))
  if (all.includes(name)) return place.note(`has no effect: ${method} has no ${name}`)
  const own = [...Object.keys(shared), ...Object.keys(perModel)]
  const [close] = nearest(name, own)
  const known = own.length === 0 ? 'it has none' : `it has ${own.join(', ')}`
  place.error(`is no setting of ${method}; ${close === undefined ? known : `did you mean ${close}?`}`)
}

function readSetting(place: YamlPlace): ParameterSetting | undefined {
  if (place.isMap) {
    const filtered = readFiltered(place)
    return filtered && [filtered]
  }
  if (!place.isList) return place.value()
  const items = place.items()
  if (items.length === 0) return place.error('must not be empty')
  if (!items.some((item) => item.isMap)) return readGradient(items)
  const filtered = items.map(readFiltered)
  return filtered.every((item) => item !== undefined) ? filtered : undefined
}

function readGradient(items: readonly YamlPlace[]): number[] | undefined {
  const values = items.map((item) => item.number())
  return values.every((value) => value !== undefined) ? values : undefined
}

function readFiltered(place: YamlPlace): FilteredSetting | undefined {
  const entries = place.entries()
  refuseUnknown(entries, ['filter', 'value'])
  const filter = optional(entries.get('filter'), (given) => given.text())
  const value = entries.get('value')
  if (value === undefined) return place.error('has no value')
  const leaf: ParameterLeaf | undefined = value.isList ? readGradient(value.items()) : value.value()
  return leaf === undefined ? undefined : { ...(filter !== undefined && { filter }), value: leaf }
}

/** mergekit computes in `dtype` and stores in `out_dtype`; here all is computed in 32 bits, as exact or better. */
function readType(entries: ReadonlyMap<string, YamlPlace>, outTypes: readonly string[]): string | undefined {
  const place = [entries.get('out_dtype'), entries.get('dtype')].find((given) => given && !given.isEmpty)
  const name = place?.text()
  if (place === undefined || name === undefined || name === 'auto') return undefined
  const type = types[name.toLowerCase()] ?? name
  if (outTypes.includes(type)) return type
  return place.error(
    `names no type known here: ${name}. There are float32, float16, bfloat16 and ${outTypes.join(', ')}.`,
  )
}

function readTokenizer(
  entries: ReadonlyMap<string, YamlPlace>,
): 'union' | 'base' | ModelReference | undefined {
  const source = entries.get('tokenizer_source')
  const tokenizer = entries.get('tokenizer')
  if (tokenizer === undefined || tokenizer.isEmpty) return optional(source, readTokenizerSource)
  if (source !== undefined) return source.error('cannot be there beside tokenizer')
  const parts = tokenizer.entries()
  refuseUnknown(parts, ['source', 'tokens', 'pad_to_multiple_of'])
  optional(parts.get('tokens'), (given) =>
    given.error('is not supported: tokens keep the rows of the models that have them'),
  )
  optional(parts.get('pad_to_multiple_of'), (given) => given.error('is not supported'))
  return optional(parts.get('source'), readTokenizerSource) ?? 'union'
}

function readTokenizerSource(place: YamlPlace): 'union' | 'base' | ModelReference | undefined {
  if (place.isMap) return readReference(place)
  const name = place.text()
  if (name === undefined || name === 'union' || name === 'base') return name
  const reference = readReference(place)
  // mergekit tells a model's tokenizer from its own words by this.
  return reference && { ...reference, name: reference.name.replace(/^model:/, '') }
}

function noteTemplate(place: YamlPlace | undefined): void {
  if (place === undefined || place.isEmpty || place.text() === 'auto') return
  place.note('has no effect: the merged model has the chat template of the model that gives its tokenizer')
}
