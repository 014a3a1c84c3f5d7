import type { GgufValue } from '@woolgather/gguf'
import type { CheckpointConfig } from './read-config.ts'
import type { Heads } from '../format/families.ts'

/** What a model is built by, as llama.cpp's metadata say it, and tensors that follow from it. */
export interface Figures {
  layers: number
  hidden: number
  heads: Heads
  vocabulary: number
  metadata: ReadonlyMap<string, GgufValue>
  /** By name: rows of 32-bit floats. */
  tensors: ReadonlyMap<string, Float32Array>
  /** Whether the file says of which type it is: llama.cpp's converter leaves it out for some. */
  saysType: boolean
}

const layerKeys = ['num_hidden_layers', 'n_layer', 'n_layers', 'num_layers']
const headKeys = ['num_attention_heads', 'n_head', 'n_heads']
const hiddenKeys = ['hidden_size', 'n_embd']

/** @throws WoolgatherError model-unreadable where a figure is missing, model-unsupported */
export function figuresFor(config: CheckpointConfig): Figures {
  const { architecture } = config
  const basics: Basics = {
    config,
    layers: config.count(layerKeys),
    hidden: config.count(hiddenKeys),
    query: config.count(headKeys),
    vocabulary: config.count(['vocab_size']),
    rope: ropeOf(config),
  }
  const entries = new Entries(architecture)
  const make = ownFigures[architecture] ?? commonFigures
  const { shared, tensors = new Map<string, Float32Array>() } = make(basics, entries)
  return {
    layers: basics.layers,
    hidden: basics.hidden,
    vocabulary: basics.vocabulary,
    heads: { query: basics.query, shared },
    metadata: entries.metadata,
    tensors,
    saysType: architecture !== 'gptneox',
  }
}

interface Basics {
  config: CheckpointConfig
  layers: number
  hidden: number
  query: number
  vocabulary: number
  rope: Readonly<Record<string, unknown>>
}

interface Made {
  /** Heads of keys and values. */
  shared: number
  tensors?: Map<string, Float32Array>
}

/** Metadata of an architecture, keys without its name. */
class Entries {
  readonly metadata = new Map<string, GgufValue>()
  readonly #architecture: string

  constructor(architecture: string) {
    this.#architecture = architecture
  }

  counts(values: Readonly<Record<string, number>>): void {
    for (const [key, value] of Object.entries(values)) this.#set(key, { type: 'u32', value })
  }

  floats(values: Readonly<Record<string, number>>): void {
    for (const [key, value] of Object.entries(values)) this.#set(key, { type: 'f32', value })
  }

  text(key: string, value: string): void {
    this.#set(key, { type: 'text', value })
  }

  flag(key: string, value: boolean): void {
    this.#set(key, { type: 'bool', value })
  }

  #set(key: string, value: GgufValue): void {
    this.metadata.set(`${this.#architecture}.${key}`, value)
  }
}

function sharedHeads({ config, query }: Basics): number {
  return config.count(['num_key_value_heads', 'n_kv_heads'], query)
}

function sizes(basics: Basics): Record<string, number> {
  const { config, layers, hidden, query } = basics
  return {
    block_count: layers,
    context_length: config.count(['max_position_embeddings', 'n_positions'], 2048),
    embedding_length: hidden,
    feed_forward_length: config.count(['intermediate_size', 'n_inner']),
    'attention.head_count': query,
    'attention.head_count_kv': sharedHeads(basics),
  }
}

/** Where the newer way to write them is not used, they stand in the configuration itself. */
function ropeOf(config: CheckpointConfig): Record<string, unknown> {
  const given = config.value('rope_parameters', 'rope_scaling')
  const rope = typeof given === 'object' ? { ...(given as Record<string, unknown>) } : {}
  if ('full_attention' in rope || 'sliding_attention' in rope) return rope
  const local = config.value('rope_local_base_freq')
  if (local !== undefined) rope['sliding_attention'] = { rope_theta: local }
  rope['rope_theta'] ??= config.value('rope_theta', 'rotary_emb_base')
  rope['rope_type'] ??= rope['type']
  rope['partial_rotary_factor'] ??= config.value('partial_rotary_factor', 'rotary_pct')
  rope['original_max_position_embeddings'] ??= config.value('original_max_position_embeddings')
  return rope
}

/** Of the layers that see everything. */
function fullRope(rope: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return (rope['full_attention'] as Record<string, unknown> | undefined) ?? rope
}

function ropeNumber({ config, rope }: Basics, key: string, usual?: number): number {
  const value = fullRope(rope)[key] ?? usual
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw config.wrong(
    `“${key}” of its rotary embeddings is ${JSON.stringify(value) ?? 'missing'}, not a number`,
  )
}

function writeRope(basics: Basics, entries: Entries): void {
  const rope = fullRope(basics.rope)
  const type = String(rope['rope_type'] ?? 'default').toLowerCase()
  const optional = (keys: readonly string[], key: string): void => {
    const value = keys.map((name) => rope[name]).find((found) => typeof found === 'number')
    if (value !== undefined) entries.floats({ [key]: value as number })
  }
  if (type === 'linear' || type === 'yarn') {
    entries.text('rope.scaling.type', type)
    entries.floats({ 'rope.scaling.factor': ropeNumber(basics, 'factor') })
  } else if (type !== 'default' && type !== 'llama3') {
    throw basics.config.wrong(
      `its rotary embeddings are scaled by “${type}”, which llama.cpp does not know here`,
    )
  }
  if (type === 'yarn') {
    const original = ropeNumber(basics, 'original_max_position_embeddings')
    entries.counts({ 'rope.scaling.original_context_length': original })
    optional(['extrapolation_factor'], 'rope.scaling.yarn_ext_factor')
    optional(['attention_factor', 'attn_factor'], 'rope.scaling.yarn_attn_factor')
    optional(['beta_fast'], 'rope.scaling.yarn_beta_fast')
    optional(['beta_slow'], 'rope.scaling.yarn_beta_slow')
  }
  entries.floats({ 'rope.freq_base': ropeNumber(basics, 'rope_theta', 10_000) })
  const local = (basics.rope['sliding_attention'] as { rope_theta?: unknown } | undefined)?.rope_theta
  if (typeof local === 'number') entries.floats({ 'rope.freq_base_swa': local })
}

function epsilon({ config }: Basics): Record<string, number> {
  return { 'attention.layer_norm_rms_epsilon': config.number(['rms_norm_eps', 'norm_eps'], 1e-6) }
}

function writeHeadSize(entries: Entries, size: number): void {
  entries.counts({ 'attention.key_length': size, 'attention.value_length': size })
}

/** Of most architectures. */
function commonFigures(basics: Basics, entries: Entries): Made {
  const { config } = basics
  entries.counts(sizes(basics))
  writeRope(basics, entries)
  entries.floats(epsilon(basics))
  const head = config.value('head_dim')
  const usual = usualHeads[config.architecture]
  if (head !== undefined || usual !== undefined) writeHeadSize(entries, config.count(['head_dim'], usual))
  return { shared: sharedHeads(basics) }
}

/** What transformers take for `head_dim` where it is not said. */
const usualHeads: Partial<Record<string, number>> = { qwen3: 128, gemma: 256, gemma2: 256, gemma3: 256 }

const ownFigures: Partial<Record<string, (basics: Basics, entries: Entries) => Made>> = {
  llama(basics, entries) {
    const { config, hidden, query, vocabulary } = basics
    const made = commonFigures(basics, entries)
    const head = config.count(['head_dim'], hidden / query)
    writeHeadSize(entries, head)
    entries.counts({ vocab_size: vocabulary, 'rope.dimension_count': head })
    const tensors = new Map<string, Float32Array>()
    if (String(fullRope(basics.rope)['rope_type']).toLowerCase() === 'llama3') {
      tensors.set('rope_freqs.weight', llama3Factors(basics, head))
    }
    return { ...made, tensors }
  },
  gemma: gemmaFigures,
  gemma2(basics, entries) {
    const { config } = basics
    const made = gemmaFigures(basics, entries)
    entries.floats({
      attn_logit_softcapping: config.number(['attn_logit_softcapping'], 50),
      final_logit_softcapping: config.number(['final_logit_softcapping'], 30),
    })
    entries.counts({ 'attention.sliding_window': config.count(['sliding_window'], 4096) })
    return made
  },
  gemma3(basics, entries) {
    const { config } = basics
    const made = commonFigures(basics, entries)
    entries.counts({ context_length: config.count(['max_position_embeddings'], 131_072) })
    entries.floats({ 'rope.freq_base': ropeNumber(basics, 'rope_theta', 1_000_000) })
    const cap = config.value('final_logit_softcapping')
    if (typeof cap === 'number' && cap !== 0) entries.floats({ final_logit_softcapping: cap })
    if (config.value('sliding_window_pattern') !== 1) {
      entries.counts({ 'attention.sliding_window': config.count(['sliding_window'], 4096) })
    }
    return made
  },
  phi3: phi3Figures,
  gptneox(basics, entries) {
    const { config, layers, hidden, query } = basics
    const share = ropeNumber(basics, 'partial_rotary_factor', 0.25)
    entries.counts({
      context_length: config.count(['max_position_embeddings'], 2048),
      embedding_length: hidden,
      block_count: layers,
      feed_forward_length: config.count(['intermediate_size']),
      'rope.dimension_count': Math.floor(share * Math.floor(hidden / query)),
      'attention.head_count': query,
    })
    entries.flag('use_parallel_residual', config.value('use_parallel_residual') !== false)
    entries.floats({ 'attention.layer_norm_epsilon': config.number(['layer_norm_eps'], 1e-5) })
    const base = ropeNumber(basics, 'rope_theta', 10_000)
    if (base !== 10_000) entries.floats({ 'rope.freq_base': base })
    return { shared: query }
  },
  falcon(basics, entries) {
    const { config, layers, hidden, query } = basics
    for (const key of ['alibi', 'bias']) {
      if (config.value(key) === true)
        throw config.wrong(`it is a Falcon with “${key}”, which llama.cpp does not run`)
    }
    const shared = falconHeads(config, query)
    entries.counts({ context_length: 2048 })
    entries.text('tensor_data_layout', 'jploski')
    entries.counts({
      embedding_length: hidden,
      feed_forward_length: 4 * hidden,
      block_count: layers,
      'attention.head_count': query,
      'attention.head_count_kv': shared,
    })
    entries.floats({ 'attention.layer_norm_epsilon': config.number(['layer_norm_epsilon'], 1e-5) })
    return { shared }
  },
}

function falconHeads(config: CheckpointConfig, query: number): number {
  if (config.value('new_decoder_architecture') === true) {
    return config.count(['num_kv_heads', 'n_head_kv'], query)
  }
  return config.value('multi_query') === false ? query : 1
}

function gemmaFigures(basics: Basics, entries: Entries): Made {
  entries.counts(sizes(basics))
  entries.floats(epsilon(basics))
  writeHeadSize(entries, basics.config.count(['head_dim'], 256))
  return { shared: sharedHeads(basics) }
}

function phi3Figures(basics: Basics, entries: Entries): Made {
  const { config, hidden, query } = basics
  const rope = fullRope(basics.rope)
  const context = config.count(['max_position_embeddings', 'n_positions'], 4096)
  const original = ropeNumber(basics, 'original_max_position_embeddings', 4096)
  const dimensions = Math.floor(Math.trunc(ropeNumber(basics, 'partial_rotary_factor', 1) * hidden) / query)
  entries.counts({
    ...sizes(basics),
    context_length: context,
    'rope.scaling.original_context_length': original,
    'rope.dimension_count': dimensions,
    'attention.sliding_window': Number(config.value('sliding_window') ?? 0),
  })
  entries.floats({
    ...epsilon(basics),
    'rope.freq_base': ropeNumber(basics, 'rope_theta', 10_000),
  })
  const shared = sharedHeads(basics)
  if (!Array.isArray(rope['long_factor']) || rope['long_factor'].length === 0) return { shared }
  const type = String(rope['rope_type'] ?? '').toLowerCase()
  const scale = context / original
  const factors = {
    su: Math.sqrt(1 + Math.log(scale) / Math.log(original)),
    longrope: Math.sqrt(1 + Math.log(scale) / Math.log(original)),
    yarn: 0.1 * Math.log(scale) + 1,
  }
  if (!Object.hasOwn(factors, type)) {
    throw config.wrong(`its rotary embeddings are scaled by “${type}”, which llama.cpp does not know here`)
  }
  entries.floats({ 'rope.scaling.attn_factor': scale > 1 ? factors[type as keyof typeof factors] : 1 })
  const tensors = new Map(
    (['long', 'short'] as const).map((kind) => [
      `rope_factors_${kind}.weight`,
      factorsOf(config, rope[`${kind}_factor`], `${kind}_factor`, dimensions / 2),
    ]),
  )
  return { shared, tensors }
}

function factorsOf(config: CheckpointConfig, value: unknown, name: string, wanted: number): Float32Array {
  const isList = Array.isArray(value) && value.length === wanted && value.every(Number.isFinite)
  if (isList) return Float32Array.from(value as number[])
  throw config.wrong(`“${name}” of its rotary embeddings is no list of ${wanted} numbers`)
}

/** How much slower each pair of a head turns, in 32-bit arithmetic as llama.cpp's converter does it. */
function llama3Factors(basics: Basics, head: number): Float32Array {
  const round = Math.fround
  const base = ropeNumber(basics, 'rope_theta', 10_000)
  const factor = ropeNumber(basics, 'factor', 8)
  const low = ropeNumber(basics, 'low_freq_factor', 1)
  const high = ropeNumber(basics, 'high_freq_factor', 4)
  const original = ropeNumber(basics, 'original_max_position_embeddings', 8192)
  return Float32Array.from({ length: Math.ceil(head / 2) }, (_, index) => {
    const frequency = round(1 / round(base ** round((2 * index) / head)))
    const length = round((2 * Math.PI) / frequency)
    if (length < original / high) return 1
    if (length > original / low) return factor
    const smooth = round(round(round(original / length) - low) / (high - low))
    return 1 / round(round(round(1 - smooth) / factor) + smooth)
  })
}
