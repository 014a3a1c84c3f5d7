import type { GgufFile, HeaderValue } from '@woolgather/gguf'
import { architectureOf } from './architecture-of.ts'
import { impossible, tell } from './refusal.ts'

/**
 * Figures that say how tensors are to be read: the same numbers mean something else where one of them differs. Shapes
 * do not show it.
 */
const decisive: readonly RegExp[] = [
  /^attention\.(head_count(_kv)?|(key|value)_length(_mla|_swa)?|(q|kv)_lora_rank|group_count)$/,
  /^attention\.(sliding_window_pattern|recurrent_layers|rope_pattern|shared_kv_layers|compress_ratios)$/,
  /^attention\.indexer\.(head_count|key_length|types)$/,
  /^rope\.dimension_(count(_swa)?|sections)$/,
  /^(ssm|wkv|shortconv|kda)\./,
  /^(expert|expert_group|expert_shared)_count$/,
  /^(leading_dense_block_count|nextn_predict_layers|hash_layer_count|token_shift_count)$/,
  /^(full_attention_interval|interleave_moe_layer_step|moe_every_n_layers|rescale_every_n_layers)$/,
  /^use_parallel_residual$/,
]
/** Told elsewhere, or by shapes. */
const elsewhere: readonly RegExp[] = [
  /^(vocab_size|block_count|embedding_length\w*|(expert_|expert_shared_)?feed_forward_length)$/,
]

/** A model, and what messages call it. */
export interface NamedModel {
  name: string
  file: GgufFile
}

/** What llama.cpp takes where a file does not say it. */
function usual(key: string, figure: (key: string) => HeaderValue | undefined): HeaderValue | undefined {
  const heads = figure('attention.head_count')
  const width = figure('embedding_length')
  const isPlain = typeof heads === 'number' && heads > 0 && typeof width === 'number'
  switch (key) {
    case 'attention.head_count_kv':
      return heads
    case 'attention.key_length':
    case 'attention.value_length':
      return isPlain ? width / heads : undefined
    case 'rope.dimension_count':
      return figure('attention.key_length') ?? (isPlain ? width / heads : undefined)
    case 'rope.freq_base':
      return 10_000
    default:
      return undefined
  }
}

/**
 * Holds the figures of models that are to be merged against each other.
 * @returns differences that the result cannot keep, for people: it has the figures of the first
 * @throws WoolgatherError merge-impossible where tensors of one would be read as those of another
 */
export function checkFigures(branches: readonly NamedModel[], isStacked: boolean): string[] {
  const [lead, ...others] = branches
  const keys = new Set(branches.flatMap(keysOf))
  const wrong: string[] = []
  const notes: string[] = []
  for (const key of keys) {
    const own = figureOf(lead!, key)
    const other = others.find((branch) => {
      const its = figureOf(branch, key)
      return its !== undefined && own !== undefined && text(its) !== text(own)
    })
    if (other === undefined) continue
    const its = figureOf(other, key)
    // Where layers are stacked, each takes its own with it.
    if (isStacked && (Array.isArray(own) || Array.isArray(its))) continue
    const told = `${key} is ${text(own)} of ${lead!.name} and ${text(its)} of ${other.name}`
    if (decisive.some((pattern) => pattern.test(key))) wrong.push(told)
    else notes.push(`${told}; the result has ${text(own)}`)
  }
  if (wrong.length > 0) {
    throw impossible(
      `These models do not fit each other: ${tell(wrong)}.`,
      'Their tensors have the same shapes, but mean something else. Merge models of one family.',
    )
  }
  return notes
}

function keysOf(branch: NamedModel): string[] {
  const prefix = `${architectureOf(branch)}.`
  return [...branch.file.header.metadata.keys()]
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length))
    .filter((key) => !elsewhere.some((pattern) => pattern.test(key)))
}

function figureOf(branch: NamedModel, key: string): HeaderValue | undefined {
  const figure = (name: string): HeaderValue | undefined =>
    branch.file.header.metadata.get(`${architectureOf(branch)}.${name}`)
  return figure(key) ?? usual(key, figure)
}

/** Numbers as people write them: 32-bit floats have no more than seven digits. */
function text(value: HeaderValue | undefined): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(7)))
  return Array.isArray(value) ? value.join(', ') : JSON.stringify(value)
}
