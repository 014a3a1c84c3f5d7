import type { TensorType } from '@woolgather/ggml'
import { ggmlTypeNumber, type GgufPlan, type GgufTensor } from '@woolgather/gguf'
import {
  filterNames,
  isVocabularyTensor,
  methodNamed,
  resolveFirst,
  startMerge,
  type MergeSettings,
  type ParameterSetting,
  type ParameterValues,
} from '@woolgather/merge'
import type { MergeParameters, MergeSource } from '@woolgather/workflow'
import { isReadable, typeName } from '../sources/weights-file.ts'
import { checkArchitectures, impossible, shapeText, tell } from './branch.ts'
import { chooseType, type TypedModel } from './choose-type.ts'
import { mergedMetadata } from './merged-metadata.ts'
import {
  allOf,
  countLayers,
  placeTensors,
  type Branches,
  type Part,
  type TensorPlace,
} from './place-tensors.ts'
import { planTokens, type MergedVocabulary } from './plan-vocabulary.ts'
import type { StoredTensor, TensorJob } from '../jobs/tensor-work.ts'

/** Everything about a merge that can be told without reading weights. */
export interface MergePlan {
  gguf: GgufPlan
  /** In the order of the file's tensors. */
  tasks: readonly { task: TensorTask; type: TensorType }[]
  /** What is stored otherwise than was asked, for people. */
  notes: readonly string[]
}

/** A tensor to be made, but for where it is written. */
export type TensorTask = Omit<TensorJob, 'kind' | 'library' | 'output' | 'memory'>

interface FoundPart extends Part {
  found: GgufTensor
}

/** @throws WoolgatherError merge-impossible, adapter-mismatch; MergeError */
export async function planMerge(source: MergeSource, branches: Branches): Promise<MergePlan> {
  const all = allOf(branches)
  checkArchitectures(all)
  checkSettings(source)
  const places = placeTensors(source, branches)
  const vocabulary = await planTokens(source, branches)
  const found = findParts(places, vocabulary)
  const layers = countLayers(source, branches)
  const model: TypedModel = { layers, tied: !places.some(({ name }) => name === 'output.weight') }
  const notes = new Map<string, number>()
  const tasks: MergePlan['tasks'][number][] = []
  const tensors: GgufPlan['tensors'][number][] = []
  for (const [place, parts] of found) {
    const rowsFrom = vocabulary && isVocabularyTensor(place.name) ? vocabulary : undefined
    const first = parts[0]!.found
    const shape = rowsFrom ? [first.shape[0]!, rowsFrom.plan.tokens.length] : first.shape
    const from = parts.map((part) => typeName(part.found) as TensorType)
    const { type, wanted } = chooseType({ name: place.name, shape, from }, model, source.outputType)
    if (type !== wanted) {
      const note = `${type} in place of ${wanted}, as their rows are no multiples of ${wanted.endsWith('_K') ? 256 : 32}`
      notes.set(note, (notes.get(note) ?? 0) + 1)
    }
    tensors.push({ name: place.name, shape, type: ggmlTypeNumber(type)! })
    tasks.push({ task: taskOf(source, place, parts, shape, type, rowsFrom), type })
  }
  return {
    gguf: { metadata: await mergedMetadata(source, branches, layers, tensors, vocabulary), tensors },
    tasks,
    notes: [...notes].map(([note, count]) => `${count} tensor${count === 1 ? ' is' : 's are'} ${note}`),
  }
}

/** @throws WoolgatherError merge-impossible where a setting is none of the method's */
function checkSettings(source: MergeSource): void {
  const { shared, perModel } = methodNamed(source.method)
  const known = new Set([...Object.keys(shared), ...Object.keys(perModel)])
  const given: (MergeParameters | undefined)[] = [
    source.parameters,
    ...source.models.map(({ parameters }) => parameters),
    ...(source.slices ?? []).flatMap(({ parameters, sources }) => [
      parameters,
      ...sources.map((part) => part.parameters),
    ]),
  ]
  const unknown = given
    .flatMap((parameters) => Object.keys(parameters ?? {}))
    .find((name) => !known.has(name))
  if (unknown === undefined) return
  throw impossible(
    `${source.method} has no setting ${unknown}.`,
    known.size === 0 ? 'It has none.' : `It has ${[...known].join(', ')}.`,
  )
}

/** Tensors that hold tables of positions, which some models store and others compute. */
const mayBeMissing = /^rope_/

/** @throws WoolgatherError merge-impossible, naming the tensors that do not fit each other */
function findParts(
  places: readonly TensorPlace[],
  vocabulary: MergedVocabulary | undefined,
): [TensorPlace, FoundPart[]][] {
  const wrong: string[] = []
  const all = places.map((place): [TensorPlace, FoundPart[]] => {
    const parts = place.parts.flatMap((part) => {
      const found = findTensor(part, place.parts)
      if (found !== undefined) return [{ ...part, found }]
      if (!mayBeMissing.test(place.name)) wrong.push(`${part.branch.name} lacks ${part.tensor}`)
      return []
    })
    const unreadable = parts.find(({ found }) => !isReadable(found))
    if (unreadable) {
      wrong.push(
        `${unreadable.tensor} of ${unreadable.branch.name} is ${typeName(unreadable.found)}, which cannot be read`,
      )
    }
    const [first, ...others] = parts
    const sized = vocabulary && isVocabularyTensor(place.name) ? 1 : undefined
    const other = others.find(
      ({ found }) => found.shape.slice(0, sized).join() !== first?.found.shape.slice(0, sized).join(),
    )
    if (first && other) {
      wrong.push(
        `${place.name} is ${shapeText(first.found)} in ${first.branch.name} and ${shapeText(other.found)} in ${other.branch.name}`,
      )
    }
    return [place, parts]
  })
  if (wrong.length > 0) {
    throw impossible(
      `These models do not fit each other: ${tell([...new Set(wrong)])}.`,
      'Only models of one architecture and size can be merged.',
    )
  }
  return all
}

/** A model without an output layer uses its embeddings: beside one that has it, they stand for it. */
function findTensor({ branch, tensor }: Part, parts: readonly Part[]): GgufTensor | undefined {
  const found = branch.file.tensor(tensor)
  if (found !== undefined || tensor !== 'output.weight' || parts.length < 2) return found
  return branch.file.tensor('token_embd.weight')
}

function taskOf(
  source: MergeSource,
  place: TensorPlace,
  parts: readonly FoundPart[],
  shape: readonly number[],
  type: TensorType,
  vocabulary: MergedVocabulary | undefined,
): TensorTask {
  const base = parts.find(({ isBase }) => isBase)
  const models = parts.filter(({ isBase }) => !isBase)
  const settings = settingsOf(source, place, models)
  const inputs = {
    name: place.name,
    rows: shape.slice(1).reduce((product, size) => product * size, 1),
    columns: shape[0]!,
    models: models.map(({ branch }) => branch.name),
    ...(base && { base: base.branch.name }),
    absent: place.parts.length - parts.length,
  }
  // Whatever is wrong with the settings is told before work begins.
  startMerge(settings, inputs)
  const stored = models.map(storedTensor)
  const storedBase = base && storedTensor(base)
  const exact = vocabulary ? undefined : exactly(settings, stored, storedBase)
  const copies = exact !== undefined && exact.type === type && exact.bakes.size === 0
  return {
    inputs,
    settings,
    models: stored,
    ...(storedBase && { base: storedBase }),
    ...(vocabulary && { vocabulary: { ...vocabulary.plan, tokens: [] } }),
    ...(copies && { copy: exact }),
  }
}

function settingsOf(source: MergeSource, place: TensorPlace, models: readonly Part[]): MergeSettings {
  const { shared, perModel } = methodNamed(source.method)
  const names = filterNames(place.name)
  const resolve = (wanted: object, settings: readonly (MergeParameters | undefined)[]): ParameterValues => {
    const entries = Object.keys(wanted).flatMap((name) => {
      const given = settings.map((own) => own?.[name] as ParameterSetting | undefined)
      const value = resolveFirst(given, place.depth, names)
      return value === undefined ? [] : [[name, value] as const]
    })
    return Object.fromEntries(entries)
  }
  return {
    method: source.method,
    shared: resolve(shared, place.settings),
    models: models.map((part) => resolve(perModel, [...part.settings, ...place.settings])),
    seed: source.seed ?? 0,
  }
}

function storedTensor({ branch, found }: FoundPart): StoredTensor {
  return {
    path: branch.file.paths[found.part]!,
    start: found.start,
    type: typeName(found) as TensorType,
    rowBytes: found.rowBytes,
    name: found.name,
    shape: found.shape,
    bakes: new Map([...branch.bakes].filter(([name]) => name === found.name)),
    model: branch.name,
  }
}

/** The tensor that the merge takes over as it is, so that the ends of an interpolation are the models bit for bit. */
function exactly(
  { method, shared = {}, models: own = [] }: MergeSettings,
  models: readonly StoredTensor[],
  base: StoredTensor | undefined,
): StoredTensor | undefined {
  const all = [...models, ...(base ? [base] : [])]
  if (all.length === 1) return method === 'passthrough' && (own[0]?.['scale'] ?? 1) !== 1 ? undefined : all[0]
  switch (method) {
    case 'weighted_sum':
      return atEnd(shared['multiplier'] ?? 0.5, models[0], models[1])
    case 'slerp':
      return atEnd(shared['t'], base, models[0])
    case 'add_difference':
      return shared['multiplier'] === 0 ? models[0] : undefined
    case 'linear': {
      const counted = models.filter((_, index) => (own[index]?.['weight'] ?? 1) !== 0)
      return counted.length === 1 && shared['normalize'] !== false ? counted[0] : undefined
    }
    default:
      return undefined
  }
}

function atEnd<T>(share: number | boolean | undefined, first: T, second: T): T | undefined {
  if (share === 0) return first
  return share === 1 ? second : undefined
}
