import type { GgufValue, HeaderValue } from '@woolgather/gguf'
import { placeOf } from '@woolgather/merge'
import { layersOf, type Branch } from './branch.ts'
import { architectureOf } from '../sources/architecture-of.ts'
import { impossible } from '../sources/refusal.ts'
import type { LayerOf } from './place-tensors.ts'

/** Lists in a header that have nothing to do with layers, however long they are. */
const notOfLayers: ReadonlySet<string> = new Set(['rope.dimension_sections'])

/**
 * What the header of a stack says otherwise than that of the model it takes after: figures by layer follow their
 * layers. llama.cpp reads what else a layer is from its place (sliding windows, experts, dense and predicting layers),
 * and a layer that would become another kind is refused.
 *
 * @param stack the layers that each layer of the result is made of
 * @returns metadata by key without the architecture
 * @throws WoolgatherError merge-impossible
 */
export async function stackFigures(
  lead: Branch,
  stack: readonly (readonly LayerOf[])[],
): Promise<ReadonlyMap<string, GgufValue>> {
  checkTables(lead)
  const figures = new Map<string, GgufValue>([['block_count', { type: 'u32', value: stack.length }]])
  const branches = [...new Set(stack.flat().map(({ branch }) => branch))]
  for (const key of layerKeys(branches)) figures.set(key, await followLayers(key, stack))
  keepResidualScale(lead, figures)
  countPredicting(lead, stack, figures)
  countDense(lead, stack, figures)
  tellRecurrent(lead, stack, figures)
  checkKinds(stack)
  return figures
}

function figureOf({ file, ...branch }: Branch, key: string): HeaderValue | undefined {
  return file.header.metadata.get(`${architectureOf({ file, ...branch })}.${key}`)
}

function numberOf(branch: Branch, key: string): number | undefined {
  const value = figureOf(branch, key)
  return typeof value === 'number' ? value : undefined
}

/** Layers without those that predict several tokens ahead, which come last. */
function plainLayers(branch: Branch): number {
  return layersOf(branch) - (numberOf(branch, 'nextn_predict_layers') ?? 0)
}

/** Rows of these are as wide as the layers are many: which part is whose is only known whole. */
const tables = ['per_layer_token_embd.weight', 'per_layer_model_proj.weight']

/** What ties the layers of a model to each other beyond their order. */
function checkTables(lead: Branch): void {
  const { name, file } = lead
  const table = tables.find((tensor) => file.tensor(tensor) !== undefined)
  const shared = numberOf(lead, 'attention.shared_kv_layers') ?? 0
  const coder = file.tensors.find((tensor) => /^(enc|dec)\.blk\./.test(tensor.name))
  const reason =
    (table && `${table} is as wide as its layers are many`) ??
    (shared > 0 ? `its last ${shared} layers read what others have seen` : undefined) ??
    (coder && 'it has an encoder, whose layers are counted by themselves')
  if (reason === undefined) return
  throw impossible(
    `The layers of ${name} cannot be stacked: ${reason}.`,
    'Merge such models whole, without slices.',
  )
}

/** Keys of figures that each layer has one of, in any of the models. */
function layerKeys(branches: readonly Branch[]): string[] {
  const keys = branches.flatMap((branch) => {
    const prefix = `${architectureOf(branch)}.`
    return [...branch.file.header.metadata]
      .filter(([key, value]) => key.startsWith(prefix) && isOfLayers(value, branch))
      .map(([key]) => key.slice(prefix.length))
      .filter((key) => !notOfLayers.has(key))
  })
  return [...new Set(keys)]
}

function isOfLayers(value: HeaderValue, branch: Branch): boolean {
  if (!Array.isArray(value)) return false
  return value.length === layersOf(branch) || value.length === plainLayers(branch)
}

/** Some lists leave out the layers that predict several tokens ahead. */
async function followLayers(key: string, stack: readonly (readonly LayerOf[])[]): Promise<GgufValue> {
  const types = new Map<Branch, ListType>()
  const lists = new Map<Branch, readonly (number | bigint | boolean)[]>()
  for (const { branch } of stack.flat()) {
    if (lists.has(branch)) continue
    const { type, values } = await readFigures(branch, key)
    lists.set(branch, values)
    if (type !== undefined) types.set(branch, type)
  }
  const values = stack.flatMap((sources, place) => {
    const own = sources.map(({ branch, layer }) => lists.get(branch)![layer])
    const other = own.findIndex((value) => value !== own[0])
    if (other > 0) {
      throw impossible(
        `Layer ${sources[0]!.layer} of ${sources[0]!.branch.name} and layer ${sources[other]!.layer} of ${sources[other]!.branch.name} cannot be merged: ${key} is ${own[0]} of one and ${own[other]} of the other.`,
      )
    }
    if (own[0] !== undefined) return [own[0]]
    const isPredicting = sources.every(({ branch, layer }) => layer >= plainLayers(branch))
    if (isPredicting) return []
    throw impossible(
      `Layer ${place} of the result has no ${key}: ${sources[0]!.branch.name} does not say it.`,
    )
  })
  const [type] = types.values()
  return { type: 'array', of: type, values } as GgufValue
}

type ListType = Exclude<Extract<GgufValue, { type: 'array' }>['of'], 'text'>

/** A list as it is, or the one figure that counts for all layers. */
async function readFigures(
  branch: Branch,
  key: string,
): Promise<{ type?: ListType; values: readonly (number | bigint | boolean)[] }> {
  const value = await branch.file.value(`${architectureOf(branch)}.${key}`)
  if (value?.type === 'array' && value.of !== 'text') return { type: value.of, values: value.values }
  if (value === undefined || !('value' in value) || typeof value.value === 'string') return { values: [] }
  return { values: Array<number | bigint | boolean>(layersOf(branch)).fill(value.value) }
}

/** MiniCPM's, where the file does not say it, follows from the number of layers. */
function keepResidualScale(lead: Branch, figures: Map<string, GgufValue>): void {
  if (architectureOf(lead) !== 'minicpm' || figureOf(lead, 'residual_scale') !== undefined) return
  figures.set('residual_scale', { type: 'f32', value: 1.4 / Math.sqrt(plainLayers(lead)) })
}

/** Layers that predict several tokens ahead come last, or are left out. */
function countPredicting(
  lead: Branch,
  stack: readonly (readonly LayerOf[])[],
  figures: Map<string, GgufValue>,
): void {
  if (numberOf(lead, 'nextn_predict_layers') === undefined) return
  const predicts = stack.map(([source]) => source!.layer >= plainLayers(source!.branch))
  const count = predicts.filter(Boolean).length
  const wrong = predicts.findIndex((is, place) => is !== place >= stack.length - count)
  if (wrong >= 0)
    throw otherKind(stack, predicts.indexOf(true), 'one that predicts several tokens ahead, which come last')
  figures.set('nextn_predict_layers', { type: 'u32', value: count })
}

/** Layers without experts come first in models that say how many there are, and have both kinds. */
function countDense(
  lead: Branch,
  stack: readonly (readonly LayerOf[])[],
  figures: Map<string, GgufValue>,
): void {
  if (numberOf(lead, 'leading_dense_block_count') === undefined) return
  const isDense = stack.map(([source]) => !hasExperts(source!))
  const count = isDense.filter(Boolean).length
  if (count === stack.length && !lead.file.tensors.some(({ name }) => experts.test(name))) return
  const wrong = isDense.findIndex((is, place) => is && place >= count)
  if (wrong >= 0) throw otherKind(stack, wrong, 'one without experts, which come first')
  figures.set('leading_dense_block_count', { type: 'u32', value: count })
}

const experts = /_exps\./

function hasExperts({ branch, layer }: LayerOf): boolean {
  return branch.file.tensors.some(({ name }) => experts.test(name) && placeOf(name).layer === layer)
}

const recurrentPeriods: Readonly<Record<string, number>> = {
  qwen3next: 4,
  qwen35: 4,
  qwen35moe: 4,
  qwen4exp: 4,
  'minimax-01': 8,
}

/** Where recurrent layers follow from their places, the stack says which they are. */
function tellRecurrent(
  lead: Branch,
  stack: readonly (readonly LayerOf[])[],
  figures: Map<string, GgufValue>,
): void {
  const usual = recurrentPeriods[architectureOf(lead)]
  const key = 'attention.recurrent_layers'
  if (usual === undefined || figures.has(key)) return
  const values = stack.map(([source]) => {
    const { branch, layer } = source!
    const period = numberOf(branch, 'full_attention_interval') ?? usual
    return layer < plainLayers(branch) && (layer + 1) % period !== 0
  })
  figures.set(key, { type: 'array', of: 'bool', values })
}

/** What llama.cpp takes a layer for by its place. */
interface PlacedKind {
  architectures: readonly string[]
  what: string
  /** Something that is the same of two places where a layer may go from one to the other. */
  at: (layer: number, branch: Branch) => unknown
}

const every =
  (usual: number, key: string | undefined, first = false) =>
  (layer: number, branch: Branch): boolean => {
    const period = (key === undefined ? undefined : numberOf(branch, key)) ?? usual
    return period > 0 && (first ? layer % period === 0 : (layer + 1) % period === 0)
  }
const pattern = 'attention.sliding_window_pattern'
/** Only these read a list of which layers have a window; others keep to their period. */
const readList: ReadonlySet<string> = new Set(['cohere2moe', 'mellum', 'muse-glimmer'])
const window =
  (usual: number, first = false) =>
  (layer: number, branch: Branch): boolean => {
    if (Array.isArray(figureOf(branch, pattern)) && readList.has(architectureOf(branch))) return true
    const hasWindow = (numberOf(branch, 'attention.sliding_window') ?? 0) > 0
    return hasWindow && every(usual, pattern, first)(layer, branch)
  }

const sees = 'one whose attention sees the whole text, or one with a window'
const turns = 'one with or without positions (RoPE)'
const placed: readonly PlacedKind[] = [
  { architectures: ['gemma2', 'gpt-oss'], what: sees, at: window(2) },
  {
    architectures: ['afmoe', 'cohere2', 'exaone4', 'exaone-moe', 'llama4', 'olmo2', 'mellum', 'muse-glimmer'],
    what: sees,
    at: window(4),
  },
  { architectures: ['gemma3', 'gemma-embedding'], what: sees, at: window(6) },
  { architectures: ['plamo3'], what: sees, at: window(8) },
  { architectures: ['modern-bert'], what: sees, at: window(3, true) },
  { architectures: ['smallthinker', 'laguna', 'cohere2moe'], what: sees, at: window(4, true) },
  { architectures: ['smollm3', 'afmoe'], what: turns, at: every(4, undefined) },
  {
    architectures: ['llama4'],
    what: turns,
    at: (layer, branch) =>
      numberOf(branch, 'attention.sliding_window') !== 0 && every(4, undefined)(layer, branch),
  },
  {
    architectures: ['llama4', 'ernie4_5-moe'],
    what: 'one with or without experts',
    at: every(0, 'interleave_moe_layer_step'),
  },
  {
    architectures: ['nomic-bert-moe'],
    what: 'one with or without experts',
    at: (layer, branch) => layer % (numberOf(branch, 'moe_every_n_layers') ?? 1) === 1,
  },
  {
    architectures: ['rwkv6', 'rwkv6qwen2'],
    what: 'one whose weights are stored halved as often',
    at: (layer, branch) => Math.floor(layer / (numberOf(branch, 'rescale_every_n_layers') || Infinity)),
  },
  {
    architectures: ['rwkv7', 'arwkv7'],
    what: 'the first one, whose values the others mix in',
    at: (layer) => layer === 0,
  },
  {
    architectures: ['deepseek4'],
    what: 'one that chooses experts by a table of tokens',
    at: (layer, branch) => layer < (numberOf(branch, 'hash_layer_count') ?? 0),
  },
]

/** @throws WoolgatherError merge-impossible where a layer would be read as another kind than it is */
function checkKinds(stack: readonly (readonly LayerOf[])[]): void {
  for (const [place, sources] of stack.entries()) {
    for (const { branch, layer } of sources) {
      if (place === layer) continue
      const kind = placed.find(
        ({ architectures, at }) =>
          architectures.includes(architectureOf(branch)) && at(place, branch) !== at(layer, branch),
      )
      if (kind !== undefined) throw otherKind(stack, place, kind.what)
    }
  }
}

function otherKind(stack: readonly (readonly LayerOf[])[], place: number, what: string): Error {
  const { branch, layer } = stack[place]![0]!
  return impossible(
    `Layer ${layer} of ${branch.name} cannot be layer ${place} of the result: its place decides whether it is ${what}.`,
    'Take layers so that each stays of its kind: by whole periods of the pattern, or in their old order.',
  )
}
