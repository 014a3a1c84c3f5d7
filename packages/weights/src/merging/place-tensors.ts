import { depthOf, inLayer, methodNamed, placeOf, planLayers, type PlannedLayer } from '@woolgather/merge'
import type { MergeParameters, MergeSlice, MergeSource } from '@woolgather/workflow'
import { checkLayers, layersOf, type Branch } from './branch.ts'
import { impossible } from '../sources/refusal.ts'

/** The models of a merge as files, in the order of its recipe; the base only where the method uses it. */
export interface Branches {
  models: readonly Branch[]
  base?: Branch | undefined
}

/** A tensor of the result, and the tensors it is made of. */
export interface TensorPlace {
  name: string
  /** From 0, the first layer of its slice, to 1, the last. */
  depth: number
  parts: Part[]
  /** Settings that count for all parts, the most specific first. */
  settings: readonly (MergeParameters | undefined)[]
}

export interface Part {
  branch: Branch
  isBase: boolean
  /** Its name there: layers may come from elsewhere. */
  tensor: string
  /** Settings of this part alone, the most specific first. */
  settings: readonly (MergeParameters | undefined)[]
}

export function allOf({ models, base }: Branches): Branch[] {
  return base === undefined ? [...models] : [base, ...models]
}

/** The model whose metadata the result takes over. */
export function leadOf(branches: Branches): Branch {
  const [lead] = allOf(branches)
  if (lead === undefined) throw impossible('There is no model to merge.')
  return lead
}

/** How many layers the result has. @throws WoolgatherError, MergeError */
export function countLayers(source: MergeSource, branches: Branches): number {
  if (source.slices === undefined) return layersOf(leadOf(branches))
  return source.slices.reduce((sum, { sources: [first] }) => sum + (first ? first.to - first.from : 0), 0)
}

/**
 * Every tensor of the result, in order: what comes before the layers, the layers, what comes after.
 * @throws WoolgatherError merge-impossible, MergeError where slices make no sense
 */
export function placeTensors(source: MergeSource, branches: Branches): TensorPlace[] {
  return source.slices === undefined
    ? placeWhole(source, branches)
    : placeSlices(source, source.slices, branches)
}

function placeWhole(source: MergeSource, branches: Branches): TensorPlace[] {
  const all = allOf(branches)
  checkLayers(all)
  const layers = countLayers(source, branches)
  return namesOf(all).map((name) => ({
    name,
    depth: depthOf(placeOf(name).layer, layers),
    parts: [
      ...branches.models.map((branch, index) => partOf(branch, name, [source.models[index]?.parameters])),
      ...(branches.base ? [{ ...partOf(branches.base, name, []), isBase: true }] : []),
    ],
    settings: [source.parameters],
  }))
}

function partOf(branch: Branch, tensor: string, settings: Part['settings']): Part {
  return { branch, isBase: false, tensor, settings }
}

function planSlices(slices: readonly MergeSlice[], branches: Branches): PlannedLayer[] {
  const nameOf = (model: number | 'base'): string =>
    model === 'base'
      ? (branches.base?.name ?? 'the base')
      : (branches.models[model]?.name ?? `model ${model + 1}`)
  const named = slices.map(({ sources }) => ({
    sources: sources.map(({ model, from, to }) => ({ model: nameOf(model), from, to })),
  }))
  return planLayers(named, new Map(allOf(branches).map((branch) => [branch.name, layersOf(branch)])))
}

/** A layer of a model. */
export interface LayerOf {
  branch: Branch
  layer: number
}

/**
 * The layers that each layer of the result is made of, where they are not simply those of all models at its place.
 * @throws MergeError where slices make no sense
 */
export function stackedLayers({ slices }: MergeSource, branches: Branches): LayerOf[][] | undefined {
  if (slices === undefined) return undefined
  const byName = new Map(allOf(branches).map((branch) => [branch.name, branch]))
  const stack = planSlices(slices, branches).map(({ sources }) =>
    sources.flatMap(({ model, layer }) => {
      const branch = byName.get(model)
      return branch === undefined ? [] : [{ branch, layer }]
    }),
  )
  const isPlain =
    stack.length === layersOf(leadOf(branches)) &&
    stack.every((sources, place) =>
      sources.every(({ branch, layer }) => layer === place && layersOf(branch) === stack.length),
    )
  return isPlain ? undefined : stack
}

function placeSlices(source: MergeSource, slices: readonly MergeSlice[], branches: Branches): TensorPlace[] {
  const planned = planSlices(slices, branches)
  const first = slices[0]!
  const last = slices.at(-1)!
  const outer = (slice: MergeSlice, wanted: (name: string) => boolean): TensorPlace[] => {
    const parts = slice.sources.map((_, index) => sourcePart(source, slice, index, branches))
    const names = namesOf(parts.map(({ branch }) => branch))
    return names
      .filter((name) => placeOf(name).layer === undefined && wanted(name))
      .map((name) => ({
        name,
        depth: 0,
        parts: parts.map((part) => ({ ...part, tensor: name })),
        settings: [slice.parameters, source.parameters],
      }))
  }
  return [
    ...outer(first, (name) => !isAfterLayers(name)),
    ...planned.flatMap((layer, index) => placeLayer(source, slices, planned, layer, index, branches)),
    ...outer(last, isAfterLayers),
  ]
}

function isAfterLayers(name: string): boolean {
  return name.startsWith('output')
}

function placeLayer(
  source: MergeSource,
  slices: readonly MergeSlice[],
  planned: readonly PlannedLayer[],
  { slice: number, sources }: PlannedLayer,
  index: number,
  branches: Branches,
): TensorPlace[] {
  const slice = slices[number]!
  const inSlice = planned.filter((layer) => layer.slice === number)
  const parts = sources.map(({ layer }, at) => ({ ...sourcePart(source, slice, at, branches), layer }))
  const names = parts.flatMap(({ branch, layer }) =>
    branch.file.tensors
      .filter(({ name }) => placeOf(name).layer === layer)
      .map(({ name }) => inLayer(name, index)),
  )
  return [...new Set(names)].map((name) => ({
    name,
    depth: depthOf(inSlice.indexOf(planned[index]!), inSlice.length),
    parts: parts.map(({ layer, ...part }) => ({ ...part, tensor: inLayer(name, layer) })),
    settings: [slice.parameters, source.parameters],
  }))
}

/** One source of a slice, not yet of a certain tensor. @throws WoolgatherError merge-impossible */
function sourcePart(source: MergeSource, slice: MergeSlice, index: number, { models, base }: Branches): Part {
  const { model, parameters } = slice.sources[index]!
  const isBase = model === 'base'
  const branch = isBase ? base : models[model]
  if (branch === undefined) {
    const usesNone = isBase && methodNamed(source.method).base === 'unused'
    throw impossible(
      usesNone
        ? `${source.method} has no base to take layers of.`
        : `A slice takes layers of ${isBase ? 'the base' : `model ${model + 1}`}, and there is none.`,
    )
  }
  const own = isBase ? undefined : source.models[model]?.parameters
  return { branch, isBase, tensor: '', settings: [parameters, slice.parameters, own] }
}

/** Names of all tensors, in the order of the first model. */
function namesOf(branches: readonly Branch[]): string[] {
  return [...new Set(branches.flatMap(({ file }) => file.tensors.map(({ name }) => name)))]
}
