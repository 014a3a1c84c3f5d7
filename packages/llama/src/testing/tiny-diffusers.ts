import {
  byteVocabulary,
  randomValues,
  writeGguf,
  type GgufTensor,
  type GgufValue,
} from '@woolgather/ggml/testing'

export const diffusers = ['llada', 'dream', 'llada-moe', 'rnd1'] as const
export type Diffuser = (typeof diffusers)[number]

const size = {
  vocabulary: 272,
  layers: 2,
  width: 32,
  heads: 4,
  kvHeads: 2,
  feedForward: 48,
  experts: 4,
  used: 2,
}
const headWidth = size.width / size.heads
const [epsilon, base] = [1e-5, 10_000]
const maskToken = 260

/** Weights by their names, each row by row. */
type Weights = Map<string, { values: Float32Array; columns: number }>

const hasExperts = (architecture: Diffuser): boolean =>
  architecture === 'llada-moe' || architecture === 'rnd1'

/**
 * Writes a model with seeded random weights in F32, and gives what it is made of.
 * @param told what the header says in place of the truth, and whether there are biases that LLaDA does not know
 */
export function writeTinyDiffuser(
  path: string,
  architecture: Diffuser,
  told: { experts?: number; biases?: boolean } = {},
): Weights {
  const weights: Weights = new Map()
  const tensors: GgufTensor[] = []
  let seed = 1
  const add = (name: string, shape: readonly number[], deviation?: number): void => {
    const count = shape.reduce((product, one) => product * one, 1)
    const values =
      deviation === undefined
        ? new Float32Array(count).fill(1)
        : randomValues(seed++, count, deviation / Math.sqrt(shape[0]!))
    weights.set(name, { values, columns: shape[0]! })
    tensors.push({ name, type: 'F32', shape, bytes: 4 * count, data: () => new Uint8Array(values.buffer) })
  }
  const { vocabulary, layers, width, kvHeads, feedForward, experts } = size
  add('token_embd.weight', [width, vocabulary], Math.sqrt(width))
  for (let layer = 0; layer < layers; layer++) {
    const block = `blk.${layer}`
    add(`${block}.attn_norm.weight`, [width])
    add(`${block}.attn_q.weight`, [width, width], 2)
    add(`${block}.attn_k.weight`, [width, kvHeads * headWidth], 2)
    add(`${block}.attn_v.weight`, [width, kvHeads * headWidth], 1)
    add(`${block}.attn_output.weight`, [width, width], 1)
    add(`${block}.ffn_norm.weight`, [width])
    if (hasExperts(architecture)) {
      add(`${block}.attn_q_norm.weight`, [headWidth])
      add(`${block}.attn_k_norm.weight`, [headWidth])
      add(`${block}.ffn_gate_inp.weight`, [width, experts], 2)
      add(`${block}.ffn_gate_exps.weight`, [width, feedForward, experts], 1)
      add(`${block}.ffn_up_exps.weight`, [width, feedForward, experts], 1)
      add(`${block}.ffn_down_exps.weight`, [feedForward, width, experts], 1)
    } else {
      add(`${block}.ffn_gate.weight`, [width, feedForward], 1)
      add(`${block}.ffn_up.weight`, [width, feedForward], 1)
      add(`${block}.ffn_down.weight`, [feedForward, width], 1)
      if (told.biases) add(`${block}.ffn_gate.bias`, [feedForward], 1)
    }
  }
  add('output_norm.weight', [width])
  add('output.weight', [width, vocabulary], 2)
  writeGguf(path, headerOf(architecture, told.experts ?? size.experts), tensors)
  return weights
}

function headerOf(architecture: Diffuser, experts: number): Record<string, GgufValue> {
  const figures: Record<string, GgufValue> = {
    block_count: { u32: size.layers },
    context_length: { u32: 512 },
    embedding_length: { u32: size.width },
    feed_forward_length: { u32: size.feedForward },
    'attention.head_count': { u32: size.heads },
    'attention.head_count_kv': { u32: size.kvHeads },
    'attention.layer_norm_rms_epsilon': { f32: epsilon },
    'rope.dimension_count': { u32: headWidth },
    'rope.freq_base': { f32: base },
    ...(hasExperts(architecture) && {
      expert_count: { u32: experts },
      expert_used_count: { u32: Math.min(experts, size.used) },
      expert_feed_forward_length: { u32: size.feedForward },
      'attention.key_length': { u32: headWidth },
      'attention.value_length': { u32: headWidth },
    }),
  }
  const prefixed = Object.entries(figures).map(([key, value]) => [`${architecture}.${key}`, value] as const)
  return {
    'general.architecture': { text: architecture },
    'general.name': { text: `tiny ${architecture}` },
    ...Object.fromEntries(prefixed),
    ...byteVocabulary(size.vocabulary),
    'tokenizer.ggml.mask_token_id': { u32: maskToken },
  }
}

/** Logits of every token, computed plainly in 64 bits: the forward pass as the architectures' papers have it. */
export function referenceLogits(
  architecture: Diffuser,
  weights: Weights,
  tokens: readonly number[],
): number[][] {
  const matrix = (name: string, x: readonly number[], slice = 0): number[] =>
    multiply(weights, name, x, slice)
  const rows = (name: string): Float32Array => weights.get(name)!.values
  let states = tokens.map((token) => [
    ...rows('token_embd.weight').subarray(token * size.width, (token + 1) * size.width),
  ])
  for (let layer = 0; layer < size.layers; layer++) {
    const block = `blk.${layer}`
    const before = states.map((state) => normalise(state, rows(`${block}.attn_norm.weight`)))
    const heads = (name: 'q' | 'k', state: readonly number[], position: number): number[][] =>
      chunks(matrix(`${block}.attn_${name}.weight`, state)).map((head) => {
        const gain = hasExperts(architecture) ? rows(`${block}.attn_${name}_norm.weight`) : undefined
        return rotate(gain ? normalise(head, gain) : head, position, architecture !== 'llada')
      })
    const q = before.map((state, position) => heads('q', state, position))
    const k = before.map((state, position) => heads('k', state, position))
    const v = before.map((state) => chunks(matrix(`${block}.attn_v.weight`, state)))
    states = states.map((state, position) =>
      plus(state, matrix(`${block}.attn_output.weight`, attend(q[position]!, k, v))),
    )
    states = states.map((state) => {
      const x = normalise(state, rows(`${block}.ffn_norm.weight`))
      return plus(
        state,
        hasExperts(architecture) ? mixExperts(architecture, block, x, matrix) : feed(block, x, matrix),
      )
    })
  }
  return states.map((state) => matrix('output.weight', normalise(state, rows('output_norm.weight'))))
}

type Multiply = (name: string, x: readonly number[], slice?: number) => number[]

function multiply(weights: Weights, name: string, x: readonly number[], slice: number): number[] {
  const { values, columns } = weights.get(name)!
  const experts = name.includes('_exps') ? size.experts : 1
  const count = values.length / columns / experts
  return Array.from({ length: count }, (_, row) => {
    const start = (slice * count + row) * columns
    let sum = 0
    for (let column = 0; column < columns; column++) sum += values[start + column]! * x[column]!
    return sum
  })
}

function attend(q: number[][], k: number[][][], v: number[][][]): number[] {
  return q.flatMap((query, head) => {
    const group = Math.floor((head * size.kvHeads) / size.heads)
    const weights = softmax(k.map((keys) => dot(query, keys[group]!) / Math.sqrt(headWidth)))
    return query.map((_, index) =>
      weights.reduce((sum, weight, at) => sum + weight * v[at]![group]![index]!, 0),
    )
  })
}

function feed(block: string, x: readonly number[], matrix: Multiply): number[] {
  const up = matrix(`${block}.ffn_up.weight`, x)
  return matrix(
    `${block}.ffn_down.weight`,
    matrix(`${block}.ffn_gate.weight`, x).map((gate, at) => silu(gate) * up[at]!),
  )
}

function mixExperts(architecture: Diffuser, block: string, x: readonly number[], matrix: Multiply): number[] {
  const chances = softmax(matrix(`${block}.ffn_gate_inp.weight`, x))
  const chosen = [...chances.keys()].toSorted((a, b) => chances[b]! - chances[a]!).slice(0, size.used)
  const total = architecture === 'rnd1' ? chosen.reduce((sum, expert) => sum + chances[expert]!, 0) : 1
  let out: number[] = x.map(() => 0)
  for (const expert of chosen) {
    const up = matrix(`${block}.ffn_up_exps.weight`, x, expert)
    const gate = matrix(`${block}.ffn_gate_exps.weight`, x, expert)
    const down = matrix(
      `${block}.ffn_down_exps.weight`,
      gate.map((one, at) => silu(one) * up[at]!),
      expert,
    )
    out = plus(
      out,
      down.map((value) => (value * chances[expert]!) / total),
    )
  }
  return out
}

/** Turns the pairs of a head by its position: neighbours, or (NeoX) what lies half a head apart. */
function rotate(head: readonly number[], position: number, neox: boolean): number[] {
  const turned = [...head]
  const half = headWidth / 2
  for (let pair = 0; pair < half; pair++) {
    const [a, b] = neox ? [pair, pair + half] : [2 * pair, 2 * pair + 1]
    const angle = position * base ** ((-2 * pair) / headWidth)
    turned[a!] = head[a!]! * Math.cos(angle) - head[b!]! * Math.sin(angle)
    turned[b!] = head[a!]! * Math.sin(angle) + head[b!]! * Math.cos(angle)
  }
  return turned
}

function normalise(x: readonly number[], gain: Float32Array): number[] {
  const scale = 1 / Math.sqrt(dot(x, x) / x.length + epsilon)
  return x.map((value, index) => value * scale * gain[index]!)
}

function softmax(x: readonly number[]): number[] {
  const largest = Math.max(...x)
  const exponentials = x.map((value) => Math.exp(value - largest))
  const sum = exponentials.reduce((total, value) => total + value, 0)
  return exponentials.map((value) => value / sum)
}

const chunks = (x: readonly number[]): number[][] =>
  Array.from({ length: x.length / headWidth }, (_, head) => x.slice(head * headWidth, (head + 1) * headWidth))
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, at) => sum + value * b[at]!, 0)
const plus = (a: readonly number[], b: readonly number[]): number[] => a.map((value, at) => value + b[at]!)
const silu = (x: number): number => x / (1 + Math.exp(-x))
