import type { TensorType } from '@woolgather/ggml'
import { ggmlTypeNumber, type GgufPlan, type GgufTensor, type GgufValue } from '@woolgather/gguf'
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
import { factorsOf } from '../sources/factors-of.ts'
import { typeName, weightsType } from '../sources/weights-file.ts'
import { type Branch, checkArchitectures, shapeText } from './branch.ts'
import { impossible, tell } from '../sources/refusal.ts'
import { whyNotLoaded } from './check-loads.ts'
import { checkFigures } from '../sources/check-figures.ts'
import { chooseTypes, type ChosenType, type TypedTensor } from './choose-type.ts'
import { mergedMetadata } from './merged-metadata.ts'
import {
  allOf,
  countLayers,
  leadOf,
  placeTensors,
  stackedLayers,
  type Branches,
  type Part,
  type TensorPlace,
} from './place-tensors.ts'
import { planTokens, type MergedVocabulary } from './plan-vocabulary.ts'
import { quantisedModel } from './quantised-types.ts'
import { stackFigures } from './stack-figures.ts'
import type { StoredTensor, TensorJob } from '../jobs/tensor-work.ts'

/** Everything about a merge that can be told without reading weights. */
export interface MergePlan {
  gguf: GgufPlan
  /** In the order of the file's first tensors; the type is undefined of what holds no weights and is only copied. */
  tasks: readonly { task: TensorTask; type: TensorType | undefined }[]
  /** The tensors after those: small ones, as they are written. */
  values?: ReadonlyMap<string, Float32Array>
  /** What is stored otherwise than was asked, for people. */
  notes: readonly string[]
  /** Layers or tokens are other than any of the models': whether llama.cpp loads it is to be seen. */
  isNew: boolean
  /** What to do where it does not; absent: choose other layers. */
  ifRefused?: string
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
  await checkCopied(found, vocabulary)
  await checkFactors(found)
  const lead = leadOf(branches)
  const stack = stackedLayers(source, branches)
  const differences = checkFigures(all, stack !== undefined)
  const figures = stack === undefined ? new Map<string, GgufValue>() : await stackFigures(lead, stack)
  const planned = found.map(([place, parts]) => planTensor(source, place, parts, vocabulary))
  const chosen = chooseTypes(
    planned,
    quantisedModel(lead, countLayers(source, branches), stack?.[0]?.[0]),
    source.outputType,
  )
  const tensors = planned.map(({ name, shape, plain }, index) => ({
    name,
    shape,
    type: plain ?? ggmlTypeNumber(chosen[index]!.type)!,
  }))
  const tasks = planned.map(({ plain, copied, copy, task }, index) => {
    const type = plain === undefined ? chosen[index]!.type : undefined
    return { task: { ...task, ...(copy && copied === type && { copy }) }, type }
  })
  return {
    gguf: { metadata: await mergedMetadata(source, branches, figures, tensors, vocabulary), tensors },
    tasks,
    notes: [...all.flatMap(({ notes }) => notes), ...differences, ...typeNotes(chosen)],
    isNew: (stack !== undefined || vocabulary !== undefined) && (await isLoaded(lead)),
  }
}

/** Of weights that are no whole model, what comes of them is none either. */
async function isLoaded({ file }: Branch): Promise<boolean> {
  return (await whyNotLoaded(file.paths[0]!)) === undefined
}

interface PlannedTensor extends TypedTensor {
  task: TensorTask
  /** What the result is byte for byte, where its type is this one's. */
  copy: StoredTensor | undefined
  /** Number of its type, where it holds no weights. */
  plain: number | undefined
}

function planTensor(
  source: MergeSource,
  place: TensorPlace,
  parts: readonly FoundPart[],
  vocabulary: MergedVocabulary | undefined,
): PlannedTensor {
  const rowsFrom = vocabulary && isVocabularyTensor(place.name) ? vocabulary : undefined
  const first = parts[0]!.found
  const tokens = rowsFrom?.plan.tokens.length
  const shape = tokens === undefined ? first.shape : [...first.shape.slice(0, -1), tokens]
  const from = parts.map(({ found }) => weightsType(found))
  const plain = from.includes(undefined) ? first.type : undefined
  const { copy, ...task } = taskOf(source, place, parts, shape, rowsFrom)
  const known = from.filter((type) => type !== undefined)
  return { name: place.name, shape, from: known, copied: copy?.type, copy, plain, task }
}

/** What is stored otherwise than was asked, for people. */
export function typeNotes(chosen: readonly ChosenType[]): string[] {
  const counts = new Map<string, number>()
  for (const { type, inPlaceOf } of chosen) {
    if (inPlaceOf === undefined) continue
    const note = `${type} in place of ${inPlaceOf.type}, ${whyOther(inPlaceOf)}`
    counts.set(note, (counts.get(note) ?? 0) + 1)
  }
  return [...counts].map(([note, count]) => `${count} tensor${count === 1 ? ' is' : 's are'} ${note}`)
}

function whyOther({ type, because }: NonNullable<ChosenType['inPlaceOf']>): string {
  if (because === 'row-length') return `as their rows are no multiples of ${type.endsWith('_K') ? 256 : 32}`
  return 'which holds only what was trained in it, or chosen by measurements of a text (an importance matrix)'
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
    const [first, ...others] = parts
    const table = vocabulary && unknownTable(place, parts, vocabulary)
    if (table !== undefined) wrong.push(table)
    const sized = vocabulary && isVocabularyTensor(place.name) ? -1 : undefined
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

/** What has as many rows as there are tokens is likely to be a table of them, which nobody here knows how to move. */
function unknownTable(
  { name }: TensorPlace,
  parts: readonly FoundPart[],
  { counts }: MergedVocabulary,
): string | undefined {
  const isTable = ({ branch, found }: FoundPart): boolean => found.shape.at(-1) === counts.get(branch.name)
  if (isVocabularyTensor(name) || !parts.every(isTable)) return undefined
  return `${name} seems to have a row for each token, and their vocabularies differ`
}

/** What holds no weights (which expert a token goes to) cannot be computed with. @throws WoolgatherError */
async function checkCopied(
  found: readonly [TensorPlace, FoundPart[]][],
  vocabulary: MergedVocabulary | undefined,
): Promise<void> {
  for (const [{ name }, parts] of found) {
    const plain = parts.find((part) => weightsType(part.found) === undefined)
    if (plain === undefined) continue
    const [first, ...others] = await Promise.all(
      parts.map(({ branch, found: tensor }) => branch.file.readRows(tensor, 0, tensor.rows)),
    )
    const differs = others.some((bytes) => !Buffer.from(bytes).equals(first!))
    if (!differs && !(vocabulary && isVocabularyTensor(name))) continue
    throw impossible(
      `${name} is ${typeName(plain.found)}, which holds no weights, and differs between these models${differs ? '' : ', whose tokens do'}.`,
      'Merge models that agree in it.',
    )
  }
}

/** A mean of matrices times a mean of factors is no mean of products. @throws WoolgatherError merge-impossible */
async function checkFactors(found: readonly [TensorPlace, FoundPart[]][]): Promise<void> {
  for (const [{ name }, parts] of found) {
    if (parts.length < 2 || !name.endsWith('.weight')) continue
    const factors = await Promise.all(parts.map((part) => factorsOf(part.branch.file, part.found)))
    const [first, ...others] = factors.map((values) => values?.join())
    if (others.every((other) => other === first)) continue
    throw impossible(
      `${name} counts times a factor of its own (${name.replace(/weight$/, 'scale')}), which differs between these models.`,
      'Merge files of these models in F16 or BF16, which have none.',
    )
  }
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
  vocabulary: MergedVocabulary | undefined,
): TensorTask {
  const base = parts.find(({ isBase }) => isBase)
  const models = parts.filter(({ isBase }) => !isBase)
  const settings = settingsOf(source, place, models)
  // Of a vocabulary's biases, each number is the row of a token.
  const columns = vocabulary && shape.length === 1 ? 1 : shape[0]!
  const inputs = {
    name: place.name,
    rows: shape.reduce((product, size) => product * size, 1) / columns,
    columns,
    models: models.map(({ branch }) => branch.name),
    ...(base && { base: base.branch.name }),
    absent: place.parts.length - parts.length,
  }
  // Whatever is wrong with the settings is told before work begins.
  startMerge(settings, inputs)
  const stored = models.map((part) => storedTensor(part, columns))
  const storedBase = base && storedTensor(base, columns)
  const exact = vocabulary
    ? undefined
    : (onlyCopied(stored, storedBase) ?? exactly(settings, stored, storedBase))
  return {
    inputs,
    settings,
    models: stored,
    ...(storedBase && { base: storedBase }),
    ...(vocabulary && { vocabulary: { ...vocabulary.plan, tokens: [] } }),
    ...(exact?.bakes.size === 0 && { copy: exact }),
  }
}

/** A table of numbers that are no weights, which all models have alike. */
function onlyCopied(
  models: readonly StoredTensor[],
  base: StoredTensor | undefined,
): StoredTensor | undefined {
  const [first] = base ? [base] : models
  return first?.type === undefined ? first : undefined
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

function storedTensor({ branch, found }: FoundPart, columns: number): StoredTensor {
  return {
    path: branch.file.paths[found.part]!,
    start: found.start,
    type: weightsType(found),
    rowBytes: found.bytes / (found.elements / columns),
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
