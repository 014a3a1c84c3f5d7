import { figureOf, figuresOf, type GgufHeader } from '@woolgather/gguf'

/** Where row `row` of a tensor of llama.cpp's comes from in Hugging Face's. */
export type RowOrder = (row: number) => number

/** Heads of a block's attention. */
export interface Heads {
  query: number
  /** Of keys and values. */
  shared: number
}

/** How Hugging Face names and orders what llama.cpp calls by an architecture. */
export interface Family {
  /** Before the number of a layer. */
  layers: string
  /** Modules of a layer by Hugging Face's name → tensor of a block by llama.cpp's, both without their ends. */
  inLayer: ReadonlyMap<string, string>
  /** The same of those outside the layers. */
  outside: ReadonlyMap<string, string>
  /** Other order of rows, by the tensor of a block, where llama.cpp has one. */
  order?: Readonly<Record<string, (rows: number, heads: Heads) => RowOrder>>
}

const outside = new Map([
  ['model.embed_tokens', 'token_embd'],
  ['model.norm', 'output_norm'],
  ['lm_head', 'output'],
])
const attention = [
  ['input_layernorm', 'attn_norm'],
  ['self_attn.q_proj', 'attn_q'],
  ['self_attn.k_proj', 'attn_k'],
  ['self_attn.v_proj', 'attn_v'],
  ['self_attn.o_proj', 'attn_output'],
] as const
const feedForward = [
  ['mlp.gate_proj', 'ffn_gate'],
  ['mlp.up_proj', 'ffn_up'],
  ['mlp.down_proj', 'ffn_down'],
] as const
const secondNorm = ['post_attention_layernorm', 'ffn_norm'] as const
const headNorms = [
  ['self_attn.q_norm', 'attn_q_norm'],
  ['self_attn.k_norm', 'attn_k_norm'],
] as const
const fourNorms = [
  ['post_attention_layernorm', 'post_attention_norm'],
  ['pre_feedforward_layernorm', 'ffn_norm'],
  ['post_feedforward_layernorm', 'post_ffw_norm'],
] as const

const plain: Family = {
  layers: 'model.layers',
  inLayer: new Map([...attention, ...feedForward, secondNorm]),
  outside,
}
const gemma2: Family = { ...plain, inLayer: new Map([...attention, ...feedForward, ...fourNorms]) }

/** By `general.architecture`. */
export const families: ReadonlyMap<string, Family> = new Map<string, Family>([
  [
    'llama',
    {
      ...plain,
      order: {
        attn_q: (rows, { query }) => interleaved(rows / query),
        attn_k: (rows, { shared }) => interleaved(rows / shared),
      },
    },
  ],
  ['qwen2', plain],
  ['qwen3', { ...plain, inLayer: new Map([...plain.inLayer, ...headNorms]) }],
  ['gemma', plain],
  ['gemma2', gemma2],
  ['gemma3', { ...gemma2, inLayer: new Map([...gemma2.inLayer, ...headNorms]) }],
  [
    'phi3',
    {
      ...plain,
      inLayer: new Map([
        ['input_layernorm', 'attn_norm'],
        ['self_attn.qkv_proj', 'attn_qkv'],
        ['self_attn.o_proj', 'attn_output'],
        ['mlp.gate_up_proj', 'ffn_up'],
        ['mlp.down_proj', 'ffn_down'],
        secondNorm,
      ]),
    },
  ],
  [
    'gptneox',
    {
      layers: 'gpt_neox.layers',
      inLayer: new Map([
        ['input_layernorm', 'attn_norm'],
        ['attention.query_key_value', 'attn_qkv'],
        ['attention.dense', 'attn_output'],
        ['mlp.dense_h_to_4h', 'ffn_up'],
        ['mlp.dense_4h_to_h', 'ffn_down'],
        secondNorm,
      ]),
      outside: new Map([
        ['gpt_neox.embed_in', 'token_embd'],
        ['gpt_neox.final_layer_norm', 'output_norm'],
        ['embed_out', 'output'],
      ]),
      order: { attn_qkv: (rows, { query }) => apart(rows, { query, shared: query }) },
    },
  ],
  [
    'falcon',
    {
      layers: 'transformer.h',
      inLayer: new Map([
        ['input_layernorm', 'attn_norm'],
        ['ln_mlp', 'attn_norm'],
        ['ln_attn', 'attn_norm_2'],
        ['self_attention.query_key_value', 'attn_qkv'],
        ['self_attention.dense', 'attn_output'],
        ['mlp.dense_h_to_4h', 'ffn_up'],
        ['mlp.dense_4h_to_h', 'ffn_down'],
      ]),
      outside: new Map([
        ['transformer.word_embeddings', 'token_embd'],
        ['transformer.ln_f', 'output_norm'],
        ['lm_head', 'output'],
      ]),
      order: { attn_qkv: apart },
    },
  ],
])

/** Hugging Face turns the halves of a head against each other, llama.cpp's llama pairs that are neighbours. */
function interleaved(headSize: number): RowOrder {
  const half = headSize / 2
  return (row) => {
    const within = row % headSize
    return row - within + (within % 2) * half + Math.floor(within / 2)
  }
}

/** Queries, keys and values group by group → all queries, all keys, all values. */
function apart(rows: number, { query, shared }: Heads): RowOrder {
  const size = rows / (query + 2 * shared)
  const queries = query / shared
  const group = (queries + 2) * size
  return (row) => {
    const within = row % size
    const head = (row - within) / size
    if (head < query) return Math.floor(head / queries) * group + (head % queries) * size + within
    const other = head - query
    const isValue = other >= shared
    return (isValue ? other - shared : other) * group + (queries + (isValue ? 1 : 0)) * size + within
  }
}

/** A tensor of llama.cpp's by the module of Hugging Face's: `blk.0.attn_q` and its block. */
export interface ModulePlace {
  tensor: string
  /** Undefined outside the blocks. */
  block: number | undefined
  /** Its name without the block's number: `attn_q`. */
  part: string
}

/** Where a module is, by its whole name: `model.layers.0.self_attn.q_proj`. Undefined: there is no such one. */
export function placeOfModule(family: Family, module: string): ModulePlace | undefined {
  const outer = family.outside.get(module)
  if (outer !== undefined) return { tensor: outer, block: undefined, part: outer }
  if (!module.startsWith(`${family.layers}.`)) return undefined
  const [, block, inside = ''] = /^(\d{1,4})\.(.+)$/.exec(module.slice(family.layers.length + 1)) ?? []
  const part = family.inLayer.get(inside)
  return part === undefined
    ? undefined
    : { tensor: `blk.${Number(block)}.${part}`, block: Number(block), part }
}

/** The module that is a tensor, and where it is; undefined: there is none. */
export function moduleOfTensor(
  family: Family,
  tensor: string,
): { module: string; place: ModulePlace } | undefined {
  const [, block, part = tensor] = /^blk\.(\d+)\.(.+)$/.exec(tensor) ?? []
  const found = [...(block === undefined ? family.outside : family.inLayer)].find(([, own]) => own === part)
  if (found === undefined) return undefined
  const module = block === undefined ? found[0] : `${family.layers}.${block}.${found[0]}`
  return { module, place: { tensor, part, block: block === undefined ? undefined : Number(block) } }
}

/** How the rows of a tensor are to be reordered; undefined where they are as they were. */
export function rowOrder(
  family: Family,
  { part, block }: ModulePlace,
  rows: number,
  headsOf: (block: number) => Heads,
): RowOrder | undefined {
  const order = family.order?.[part]
  return order && block !== undefined ? order(rows, headsOf(block)) : undefined
}

/** Heads by a GGUF's header. */
export function headsIn(
  header: Pick<GgufHeader, 'metadata'>,
  architecture: string,
): (block: number) => Heads {
  const figures = figuresOf(header, architecture)
  return (block) => {
    const query = figureOf(figures, 'attention.head_count', block) ?? 1
    return { query, shared: figureOf(figures, 'attention.head_count_kv', block) ?? query }
  }
}
