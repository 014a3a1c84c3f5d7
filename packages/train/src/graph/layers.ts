import { bytesOfFloat, type RopeSettings } from './emitter.ts'
import type { Tape } from './tape.ts'
import { f16, f32, type Tensor } from './tensor.ts'

/** A low-rank change of a matrix: `scale · B A x`. */
export interface Adapter {
  /** [inputs, rank] */
  a: Tensor
  /** B transposed: [outputs, rank] */
  b: Tensor
  scale: number
  dropout?: Dropout | undefined
}

/** Which of what an adapter reads it is blind to in this batch, and what makes up for that: numbers from `from` on. */
interface Dropout {
  mask: Tensor
  from: number
}

export interface Linear {
  /** [inputs, outputs], of any type. */
  weight: Tensor
  bias?: Tensor | undefined
  /** Added up; those that are not trained are part of the base. */
  adapters: readonly Adapter[]
}

/** W x + bias + Σ s B A x for x of [inputs, tokens]. */
export function linear(tape: Tape, { weight, bias, adapters }: Linear, x: Tensor): Tensor {
  const { emit } = tape
  const plain = emit.matmul(weight, x)
  const changes = adapters.map(({ a, b, scale, dropout }) => {
    const inner = emit.scale(emit.matmul(a, seen(tape, x, dropout)), scale)
    return { inner, outer: emit.outer(b, emit.transposed(inner)) }
  })
  const changed = changes.reduce((sum, { outer }) => emit.add(sum, outer), plain)
  const y = bias === undefined ? changed : emit.add(changed, bias)
  return tape.record(y, (dy) => {
    const read = oncePer(() => x.again?.() ?? x)
    tape.give(x, () => backThrough(tape, weight, dy))
    for (const [index, { a, b, scale, dropout }] of adapters.entries()) {
      tape.give(b, () => emit.outer(dy, changes[index]!.inner))
      if (!a.trains && !x.trains) continue
      const dInner = emit.scale(emit.matmul(b, dy), scale)
      tape.give(a, () => emit.outer(seen(tape, read(), dropout), dInner))
      tape.give(x, () => seen(tape, emit.outer(a, emit.transposed(dInner)), dropout))
    }
  })
}

function seen({ emit }: Tape, x: Tensor, dropout: Dropout | undefined): Tensor {
  if (dropout === undefined) return x
  const [columns, tokens] = x.shape
  const row = bytesOfFloat * columns
  const strides = [row, row * tokens, row * tokens, bytesOfFloat * dropout.from] as const
  return emit.multiply(x, emit.part(dropout.mask, x.shape, strides))
}

/** Its rows cut into parts of these sizes: x of [Σ sizes, tokens]. */
export function split(tape: Tape, x: Tensor, sizes: readonly number[]): readonly Tensor[] {
  const { emit } = tape
  const [columns, tokens] = x.shape
  const row = bytesOfFloat * columns
  let from = 0
  const parts = sizes.map((size) => {
    const strides = [row, row * tokens, row * tokens, bytesOfFloat * from] as const
    from += size
    return emit.contiguous(emit.part(x, [size, tokens, 1, 1], strides))
  })
  return tape.recordAll(parts, (gradients) =>
    tape.give(x, () => gradients.reduce((a, b) => emit.joined(a, b, 0))),
  )
}

/**
 * Wᵀ dy. Reading a quantised matrix rounds what it is multiplied with to some eight bits; gradients go back through it in
 * bfloat16, which has the range of floats, so that none is too small. Through floats of 16 and 32 bits they go in full.
 */
function backThrough({ emit }: Tape, weight: Tensor, dy: Tensor): Tensor {
  const isExact = weight.type === f32 || weight.type === f16
  return isExact ? emit.outer(emit.floats(weight), emit.transposed(dy)) : emit.matmul(emit.turned(weight), dy)
}

export function add(tape: Tape, a: Tensor, b: Tensor): Tensor {
  return tape.record(tape.emit.add(a, b), (gradient) => {
    tape.give(a, () => gradient)
    tape.give(b, () => gradient)
  })
}

export function scale(tape: Tape, a: Tensor, factor: number): Tensor {
  if (factor === 1) return a
  return tape.record(tape.emit.scale(a, factor), (gradient) =>
    tape.give(a, () => tape.emit.scale(gradient, factor)),
  )
}

/** Root mean square norm over the first dimension, times weights. */
export function norm(tape: Tape, x: Tensor, weight: Tensor, epsilon: number): Tensor {
  const { emit } = tape
  const again = (): Tensor => emit.multiply(emit.rmsNorm(x, epsilon), weight)
  return tape.record({ ...again(), again }, (gradient) =>
    tape.give(x, () => emit.rmsNormBack(emit.multiply(gradient, weight), x, epsilon)),
  )
}

export function reshape(tape: Tape, x: Tensor, ...sizes: number[]): Tensor {
  return tape.record(tape.emit.reshaped(x, ...sizes), (gradient) =>
    tape.give(x, () => tape.emit.reshaped(gradient, ...x.shape)),
  )
}

export function rope(
  tape: Tape,
  x: Tensor,
  positions: Tensor,
  factors: Tensor | undefined,
  settings: RopeSettings,
): Tensor {
  const { emit } = tape
  return tape.record(emit.rope(x, positions, factors, settings), (gradient) =>
    tape.give(x, () => emit.rope(gradient, positions, factors, settings, true)),
  )
}

/** `activation(gate) · up`, the feed-forward's middle. */
export function gated(tape: Tape, activation: 'silu' | 'gelu', gate: Tensor, up: Tensor): Tensor {
  const { emit } = tape
  const again = (): Tensor => emit.gated(activation, gate, up)
  return tape.record({ ...again(), again }, (gradient) => {
    tape.give(up, () => emit.multiply(gradient, emit.unary(activation, gate)))
    tape.give(gate, () => {
      const inner = emit.multiply(gradient, up)
      return activation === 'silu' ? emit.siluBack(inner, gate) : geluBack(tape, inner, gate)
    })
  })
}

const [geluRoot, geluCube] = [Math.sqrt(2 / Math.PI), 0.044715]

/** Of x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))), for which ggml has no operation. */
function geluBack({ emit }: Tape, gradient: Tensor, x: Tensor): Tensor {
  const square = emit.unary('sqr', x)
  const inner = emit.multiply(emit.scale(square, geluRoot * geluCube, geluRoot), x)
  const bent = emit.unary('tanh', inner)
  const left = emit.scale(bent, 0.5, 0.5)
  const slope = emit.scale(square, 1.5 * geluRoot * geluCube, 0.5 * geluRoot)
  const flat = emit.scale(emit.unary('sqr', bent), -1, 1)
  const right = emit.multiply(emit.multiply(slope, flat), x)
  return emit.multiply(gradient, emit.add(left, right))
}

export interface AttentionSettings {
  scale: number
  /** Bends scores before the softmax; absent: they stay. */
  softcap?: number | undefined
  /** Adds up in the order in which llama.cpp does, which is slower: for being held against it. */
  asLlama: boolean
}

/**
 * Attention within rows: queries [size, heads, tokens, rows], keys and values [size, groups, tokens, rows], a mask of
 * [tokens, tokens, 1, rows] that is 0 where a token may look and −∞ where not. Gives [size · heads, tokens · rows].
 */
export function attention(
  tape: Tape,
  { q, k, v }: { q: Tensor; k: Tensor; v: Tensor },
  mask: Tensor,
  settings: AttentionSettings,
): Tensor {
  const { emit } = tape
  const [, heads, tokens, rows] = q.shape
  const [queries, keys, values] = [q, k, v].map((x) => emit.permuted(x, [0, 2, 1, 3])) as [
    Tensor,
    Tensor,
    Tensor,
  ]
  const asked = settings.asLlama ? emit.permutedView(q, [0, 2, 1, 3]) : queries
  const { softcap: cap } = settings
  const factor = cap === undefined ? settings.scale : 1
  /** Who looks where: [tokens, tokens, heads, rows]. As large as all else together, and cheap: it is computed twice. */
  const attend = (): { weights: Tensor; bent: Tensor | undefined } => {
    const raw = emit.matmul(keys, asked)
    const bent = cap === undefined ? undefined : emit.unary('tanh', emit.scale(raw, settings.scale / cap))
    const scores = bent === undefined ? raw : emit.scale(bent, cap!)
    return { weights: emit.softmax(scores, mask, factor), bent }
  }
  const mixed = emit.matmul(emit.contiguous(emit.transposed(values)), attend().weights)
  const y = emit.reshaped(emit.permuted(mixed, [0, 2, 1, 3]), v.shape[0] * heads, tokens * rows)
  return tape.record(y, (gradient) => {
    const { weights, bent } = attend()
    const dMixed = emit.permuted(emit.reshaped(gradient, v.shape[0], heads, tokens, rows), [0, 2, 1, 3])
    tape.give(v, () => {
      const each = emit.matmul(flipped(tape, dMixed), flipped(tape, weights))
      return emit.permuted(overGroups(tape, each, v.shape[1]), [0, 2, 1, 3])
    })
    if (!q.trains && !k.trains) return
    const dWeights = emit.matmul(values, dMixed)
    const dScores = emit.softmaxBack(dWeights, weights, factor)
    const dRaw =
      bent === undefined
        ? dScores
        : emit.scale(emit.multiply(dScores, emit.scale(emit.unary('sqr', bent), -1, 1)), settings.scale)
    tape.give(q, () => emit.permuted(emit.matmul(flipped(tape, keys), dRaw), [0, 2, 1, 3]))
    tape.give(k, () => {
      const each = emit.matmul(flipped(tape, queries), flipped(tape, dRaw))
      return emit.permuted(overGroups(tape, each, k.shape[1]), [0, 2, 1, 3])
    })
  })
}

function oncePer<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined
  return () => (made ??= { value: make() }).value
}

function flipped({ emit }: Tape, x: Tensor): Tensor {
  return emit.contiguous(emit.transposed(x))
}

/** Heads that share keys and values lie side by side; their gradients are added up. */
function overGroups({ emit }: Tape, each: Tensor, groups: number): Tensor {
  const [size, tokens, heads, rows] = each.shape
  if (heads === groups) return each
  const apart = emit.reshaped(each, size * tokens, heads / groups, groups, rows)
  return emit.reshaped(emit.sumOverSecond(apart), size, tokens, groups, rows)
}
