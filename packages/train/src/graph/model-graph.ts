import type { ModelShape } from './model-shape.ts'
import {
  add,
  attention,
  gated,
  linear,
  norm,
  reshape,
  rope,
  scale,
  split,
  type Adapter,
  type Linear,
} from './layers.ts'
import type { Tape } from './tape.ts'
import type { Tensor } from './tensor.ts'

/** A model's own tensors, and what is added to its matrices, by tensor name. */
export interface ModelTensors {
  weights: ReadonlyMap<string, Tensor>
  adapters: ReadonlyMap<string, readonly Adapter[]>
}

/** What is read: `rows` rows of `length` tokens each. */
export interface Reading {
  length: number
  rows: number
  tokens: Tensor
  positions: Tensor
  /** Where each token may look; `local` where some blocks look back only so far. */
  mask: Tensor
  local: Tensor | undefined
  /** Where blocks are computed twice: memory for what each reads, [width, length · rows]. */
  kept?: readonly Tensor[] | undefined
  /** Computes in the order in which llama.cpp does, the end of the last block for these tokens only; has no gradients. */
  asLlama?: { rows: Tensor }
}

/** What comes out of the last block, normed as for the logits: [width, length · rows]. */
export function readTokens(tape: Tape, shape: ModelShape, tensors: ModelTensors, reading: Reading): Tensor {
  const embedding = needed(tensors, 'token_embd.weight')
  const embedded = tape.emit.rows(embedding, reading.tokens)
  let x = scale(tape, embedded, shape.embeddingScale)
  for (let block = 0; block < shape.blocks; block++) {
    const compute = (own: Tape, input: Tensor): Tensor =>
      readBlock(own, shape, tensors, reading, block, input)
    const kept = reading.kept?.[block]
    x = kept === undefined ? compute(tape, x) : tape.checkpoint(x, kept, compute)
  }
  return norm(tape, x, needed(tensors, 'output_norm.weight'), shape.epsilon)
}

function readBlock(
  tape: Tape,
  shape: ModelShape,
  tensors: ModelTensors,
  reading: Reading,
  block: number,
  input: Tensor,
): Tensor {
  const name = (part: string): string => `blk.${block}.${part}`
  const normed = (x: Tensor, part: string): Tensor => {
    const weight = tensors.weights.get(name(`${part}.weight`))
    return weight === undefined ? x : norm(tape, x, weight, shape.epsilon)
  }
  const through = (x: Tensor, part: string): Tensor => linear(tape, linearOf(tensors, name(part)), x)

  const heads = attendedBy(tape, shape, reading, block, {
    input: normed(input, 'attn_norm'),
    through,
    normed,
    factors: factorsFor(shape, tensors, reading.length),
    isFused: tensors.weights.has(name('attn_qkv.weight')),
  })
  const rows = block === shape.blocks - 1 ? reading.asLlama?.rows : undefined
  const chosen = (x: Tensor): Tensor => (rows === undefined ? x : tape.emit.rows(x, rows))
  const attended = add(
    tape,
    normed(chosen(through(heads, 'attn_output')), 'post_attention_norm'),
    chosen(input),
  )
  const inner = normed(attended, 'ffn_norm')
  const up = through(inner, 'ffn_up')
  const half = up.shape[0] / 2
  const [gate, other] = tensors.weights.has(name('ffn_gate.weight'))
    ? [through(inner, 'ffn_gate'), up]
    : split(tape, up, [half, half])
  const middle = gated(tape, shape.activation, gate!, other!)
  return add(tape, normed(through(middle, 'ffn_down'), 'post_ffw_norm'), attended)
}

function attendedBy(
  tape: Tape,
  shape: ModelShape,
  { length, rows, positions, mask, local, asLlama }: Reading,
  block: number,
  {
    input,
    through,
    normed,
    factors,
    isFused,
  }: {
    input: Tensor
    through: (x: Tensor, part: string) => Tensor
    normed: (x: Tensor, part: string) => Tensor
    factors: Tensor | undefined
    isFused: boolean
  },
): Tensor {
  const isLocal = shape.window?.isLocal(block) ?? false
  const turn = isLocal ? shape.window!.rope : shape.rope
  const apart = (x: Tensor, size: number, count: number): Tensor =>
    reshape(tape, x, size, count, length * rows)
  const inRows = (x: Tensor): Tensor => reshape(tape, x, x.shape[0], x.shape[1], length, rows)
  const [asked, keys, values] = isFused
    ? split(tape, through(input, 'attn_qkv'), [
        shape.keySize * shape.heads,
        shape.keySize * shape.groups,
        shape.valueSize * shape.groups,
      ])
    : ['attn_q', 'attn_k', 'attn_v'].map((part) => through(input, part))
  const q = normed(apart(asked!, shape.keySize, shape.heads), 'attn_q_norm')
  const k = normed(apart(keys!, shape.keySize, shape.groups), 'attn_k_norm')
  const v = apart(values!, shape.valueSize, shape.groups)
  const turned = scale(tape, rope(tape, q, positions, factors, turn), shape.queryScale)
  return attention(
    tape,
    { q: inRows(turned), k: inRows(rope(tape, k, positions, factors, turn)), v: inRows(v) },
    isLocal && local !== undefined ? local : mask,
    { scale: shape.scoreScale, softcap: shape.scoreCap, asLlama: asLlama !== undefined },
  )
}

/** What turns are divided by, where a model has that: other numbers for texts longer than it was made for at first. */
function factorsFor(
  { rope: { originalContext } }: ModelShape,
  { weights }: ModelTensors,
  length: number,
): Tensor | undefined {
  const way = length > originalContext ? 'long' : 'short'
  return weights.get('rope_freqs.weight') ?? weights.get(`rope_factors_${way}.weight`)
}

function linearOf(tensors: ModelTensors, name: string): Linear {
  return {
    weight: needed(tensors, `${name}.weight`),
    bias: tensors.weights.get(`${name}.bias`),
    adapters: tensors.adapters.get(`${name}.weight`) ?? [],
  }
}

function needed({ weights }: ModelTensors, name: string): Tensor {
  const tensor = weights.get(name)
  if (tensor === undefined) throw new Error(`The model has no ${name}.`)
  return tensor
}
