import { figureOf, figuresOf, type Figures, type GgufFile } from '@woolgather/gguf'
import { WoolgatherError } from '@woolgather/workflow'
import type { RopeSettings } from '../graph/emitter.ts'

/** What a model computes, as far as architectures that can be trained differ. */
export interface ModelShape {
  architecture: string
  blocks: number
  width: number
  vocabulary: number
  heads: number
  /** Heads of keys and values. */
  groups: number
  keySize: number
  valueSize: number
  epsilon: number
  activation: 'silu' | 'gelu'
  /** What token embeddings are multiplied with. */
  embeddingScale: number
  /** What queries are multiplied with, before the scores are. */
  queryScale: number
  scoreScale: number
  /** tanh that bends the scores of attention, and the logits. */
  scoreCap: number | undefined
  logitCap: number | undefined
  rope: RopeSettings
  /** How many tokens back some blocks look, and how those turn theirs. */
  window: { size: number; rope: RopeSettings; isLocal: (block: number) => boolean } | undefined
  /** Tensor whose rows the logits are made with. */
  head: 'output.weight' | 'token_embd.weight'
}

interface Family {
  /** 0: pairs lie side by side; 2: a head's halves are paired. */
  ropeMode: 0 | 2
  activation?: 'gelu'
  /** Embeddings are multiplied by the root of the width. */
  scalesEmbeddings?: true
  /** Queries are scaled rather than the scores. */
  scalesQueries?: true
  /** Local blocks between global ones, how far they look where the file does not say, and what they turn with. */
  window?: { period: number; size?: number; base?: number; isStretched?: true }
  /** With so many blocks queries are scaled by the width of a head in the model, not by a key's. */
  scalesByWidth?: number
  /** tanh that bends scores and logits, where the file does not say. */
  caps?: { score: number; logit: number }
}

/** Architectures that can be trained, by the name in their files. */
const families: Readonly<Record<string, Family>> = {
  llama: { ropeMode: 0 },
  qwen2: { ropeMode: 2 },
  qwen3: { ropeMode: 2 },
  gemma: { ropeMode: 2, activation: 'gelu', scalesEmbeddings: true, scalesQueries: true },
  gemma2: {
    ropeMode: 2,
    activation: 'gelu',
    scalesEmbeddings: true,
    scalesQueries: true,
    scalesByWidth: 46,
    caps: { score: 50, logit: 30 },
    window: { period: 2, size: 4_096, isStretched: true },
  },
  phi3: { ropeMode: 2, scalesQueries: true },
  gemma3: {
    ropeMode: 2,
    activation: 'gelu',
    scalesEmbeddings: true,
    scalesQueries: true,
    scalesByWidth: 62,
    window: { period: 6, base: 10_000 },
  },
}

export const trainable: readonly string[] = Object.keys(families)

/**
 * What the file says that it computes.
 * @throws WoolgatherError model-unsupported naming what cannot be trained
 */
export function readShape(file: GgufFile): ModelShape {
  const architecture = String(file.header.metadata.get('general.architecture') ?? '')
  const family = Object.hasOwn(families, architecture) ? families[architecture] : undefined
  if (family === undefined) throw refuse(`${architecture || 'this'} models cannot be trained yet`)
  const figures = figuresOf(file.header, architecture)
  checkPlain(file, figures)
  const need = (key: string): number => figureOf(figures, key, 0) ?? missing(key)
  const [blocks, width, heads] = [need('block_count'), need('embedding_length'), need('attention.head_count')]
  const keySize = figureOf(figures, 'attention.key_length', 0) ?? width / heads
  const embedding = file.tensor('token_embd.weight') ?? missing('token_embd.weight')
  const scale = 1 / Math.sqrt(family.scalesByWidth === blocks ? Math.floor(width / heads) : keySize)
  const shape: ModelShape = {
    architecture,
    blocks,
    width,
    vocabulary: embedding.shape[1] ?? 1,
    heads,
    groups: figureOf(figures, 'attention.head_count_kv', 0) ?? heads,
    keySize,
    valueSize: figureOf(figures, 'attention.value_length', 0) ?? keySize,
    epsilon: need('attention.layer_norm_rms_epsilon'),
    activation: family.activation ?? 'silu',
    embeddingScale: family.scalesEmbeddings ? Math.sqrt(width) : 1,
    queryScale: family.scalesQueries ? scale : 1,
    scoreScale: family.scalesQueries ? 1 : scale,
    scoreCap: family.caps && capOf(figures, 'attn_logit_softcapping', family.caps.score),
    logitCap: capOf(figures, 'final_logit_softcapping', family.caps?.logit),
    rope: readRope(figures, family, keySize),
    window: undefined,
    head: file.tensor('output.weight') ? 'output.weight' : 'token_embd.weight',
  }
  return { ...shape, window: readWindow(figures, family, shape.rope) }
}

/** An absent one is `usual`, one of 0 is none. */
function capOf(figures: Figures, key: string, usual: number | undefined): number | undefined {
  return (figureOf(figures, key, 0) ?? usual) || undefined
}

function readRope(figures: Figures, { ropeMode }: Family, keySize: number): RopeSettings {
  const scaling = String(figures.get('rope.scaling.type') ?? 'linear')
  if (!['none', 'linear', 'yarn', 'longrope'].includes(scaling)) {
    throw refuse(`models whose context is stretched by “${scaling}” cannot be trained yet`)
  }
  const factor = figureOf(figures, 'rope.scaling.factor', 0) ?? figureOf(figures, 'rope.scale_linear', 0) ?? 0
  const trained = figureOf(figures, 'context_length', 0) ?? 0
  return {
    dimensions: figureOf(figures, 'rope.dimension_count', 0) ?? keySize,
    mode: ropeMode,
    base: figureOf(figures, 'rope.freq_base', 0) ?? 10_000,
    scale: factor === 0 || scaling === 'none' ? 1 : 1 / factor,
    originalContext: figureOf(figures, 'rope.scaling.original_context_length', 0) ?? trained,
    attention: figureOf(figures, 'rope.scaling.attn_factor', 0) ?? 1,
    extrapolation: scaling === 'yarn' ? 1 : 0,
  }
}

function readWindow(figures: Figures, { window }: Family, rope: RopeSettings): ModelShape['window'] {
  const size = figureOf(figures, 'attention.sliding_window', 0) ?? window?.size ?? 0
  if (window === undefined || size === 0) return undefined
  const pattern = figures.get('attention.sliding_window_pattern')
  const period = typeof pattern === 'number' ? pattern : window.period
  return {
    size,
    isLocal: (block) =>
      Array.isArray(pattern) ? Boolean(pattern[block]) : period > 0 && block % period < period - 1,
    rope: {
      ...rope,
      // Mostly only what looks far is stretched.
      scale: window.isStretched ? rope.scale : 1,
      base: figureOf(figures, 'rope.freq_base_swa', 0) ?? window.base ?? rope.base,
    },
  }
}

/** @throws WoolgatherError model-unsupported where blocks differ, or have what is not computed here */
function checkPlain(file: GgufFile, figures: Figures): void {
  if ((figureOf(figures, 'expert_count', 'largest') ?? 0) > 0) {
    throw refuse('models with a mixture of experts cannot be trained yet')
  }
  for (const key of ['attention.head_count', 'attention.head_count_kv', 'feed_forward_length']) {
    const value = figures.get(key)
    if (Array.isArray(value) && new Set(value).size > 1) {
      throw refuse('models whose blocks have different sizes cannot be trained yet')
    }
  }
  const unknown = file.tensors.find(({ name }) => !known.test(name))
  if (unknown) throw refuse(`its tensor ${unknown.name} is none that training knows`)
}

const known =
  /^(token_embd|output|output_norm|rope_freqs|rope_factors_(long|short)|blk\.\d+\.(attn_(norm|qkv|q|k|v|output|q_norm|k_norm|post_norm)|post_attention_norm|ffn_(norm|gate|up|down|post_norm)|post_ffw_norm))\.(weight|bias)$/

function missing(what: string): never {
  throw new WoolgatherError('model-unreadable', `The model has no ${what}.`)
}

function refuse(reason: string): WoolgatherError {
  return new WoolgatherError('model-unsupported', `This model cannot be trained: ${reason}.`, {
    input: 'model',
    hint: `Choose a model of ${trainable.slice(0, -1).join(', ')} or ${trainable.at(-1)}.`,
  })
}
