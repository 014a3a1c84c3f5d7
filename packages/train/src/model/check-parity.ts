import type { Native } from '@woolgather/ggml'
import { WoolgatherError } from '@woolgather/workflow'
import { Emitter } from '../graph/emitter.ts'
import { readTokens } from '../graph/model-graph.ts'
import { Tape } from '../graph/tape.ts'
import { f32, i32, type Tensor } from '../graph/tensor.ts'
import { noMemory, readFloats, Tensors, writeFloats, writeInts, type Device } from './base-model.ts'
import { llamaLogits } from './llama-logits.ts'
import type { ModelShape } from '../graph/model-shape.ts'

/** How far the two may lie apart, in standard deviations of a logit. On one processor they are the same to the last bit. */
const nearEnough = 0.01
/** As many tokens as llama.cpp's smallest context has, so that sums are added up alike; logits of the last ones are compared. */
export const [tokensRead, tokensCompared] = [256, 16]

/**
 * Holds what training would compute of a model against llama.cpp's own: a model of which it knows too little is refused
 * rather than trained wrong.
 * @returns the largest difference of a logit, in standard deviations
 * @throws WoolgatherError model-unsupported
 */
export async function checkParity(
  native: Native,
  device: Device,
  model: { path: string; threads: number; shape: ModelShape; weights: ReadonlyMap<string, Tensor> },
): Promise<number> {
  const { shape } = model
  const tokens = Int32Array.from({ length: tokensRead }, (_, index) => (index * 7919 + 11) % shape.vocabulary)
  const theirs = await llamaLogits(native, model, tokens, tokensCompared)
  const ours = ownLogits(device, model, tokens)
  const apart = largestDifference(ours, theirs) / deviationOf(theirs)
  if (apart <= nearEnough) return apart
  throw new WoolgatherError(
    'model-unsupported',
    `This model cannot be trained: what training computes differs from what llama.cpp computes, by ${apart.toPrecision(2)} standard deviations of a logit.`,
    { input: 'model', hint: 'It has something that training does not know. Choose another model.' },
  )
}

/** Logits after the last tokens of a row, as training computes them. */
export function ownLogits(
  device: Device,
  { shape, weights }: { shape: ModelShape; weights: ReadonlyMap<string, Tensor> },
  tokens: Int32Array,
): Float32Array {
  const length = tokens.length
  using inputs = new Tensors(device, 5)
  using emit = new Emitter(device.api, 1_000 + 100 * shape.blocks)
  const reading = {
    length,
    rows: 1,
    tokens: inputs.make(i32, [length]),
    positions: inputs.make(i32, [length]),
    mask: inputs.make(f32, [length, length]),
    local: shape.window === undefined ? undefined : inputs.make(f32, [length, length]),
    asLlama: { rows: inputs.make(i32, [tokensCompared]) },
  }
  inputs.allocate()
  writeInts(device, reading.tokens, tokens)
  writeInts(device, reading.positions, Int32Array.from(tokens.keys()))
  const last = Int32Array.from({ length: tokensCompared }, (_, at) => length - tokensCompared + at)
  writeInts(device, reading.asLlama.rows, last)
  writeFloats(device, reading.mask, maskFor(length, length))
  if (reading.local) writeFloats(device, reading.local, maskFor(length, shape.window!.size))
  const tape = new Tape(emit)
  const states = readTokens(tape, shape, { weights, adapters: new Map() }, reading)
  const raw = emit.matmul(weights.get(shape.head)!, states)
  const { logitCap: cap } = shape
  const logits = emit.keep(
    cap === undefined ? raw : emit.scale(emit.unary('tanh', emit.scale(raw, 1 / cap)), cap),
  )
  const allocator = device.api.ggml_gallocr_new(
    device.api.ggml_backend_get_default_buffer_type(device.backend),
  )
  try {
    if (!device.api.ggml_gallocr_alloc_graph(allocator, emit.graph)) throw noMemory()
    device.api.ggml_backend_graph_compute(device.backend, emit.graph)
    return readFloats(device, logits)
  } finally {
    device.api.ggml_gallocr_free(allocator)
  }
}

/** 0 where a token looks: at itself and those before it, so many at most. */
function maskFor(length: number, window: number): Float32Array {
  return Float32Array.from({ length: length ** 2 }, (_, at) => {
    const back = Math.floor(at / length) - (at % length)
    return back >= 0 && back < window ? 0 : -Infinity
  })
}

/** NaN where one is. */
function largestDifference(a: Float32Array, b: Float32Array): number {
  let most = 0
  for (let index = 0; index < a.length; index++) {
    const apart = Math.abs(a[index]! - b[index]!)
    if (!(apart <= most)) most = apart
  }
  return most
}

function deviationOf(values: Float32Array): number {
  let [sum, squares] = [0, 0]
  for (const value of values) {
    sum += value
    squares += value * value
  }
  return Math.sqrt(Math.max(1e-12, squares / values.length - (sum / values.length) ** 2))
}
