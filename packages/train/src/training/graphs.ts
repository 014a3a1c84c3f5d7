import type { AllocatorPointer } from '@woolgather/ggml'
import { Emitter } from '../graph/emitter.ts'
import { crossEntropy, targetsAtOnce, type Targets } from '../graph/loss.ts'
import type { Adapter } from '../graph/layers.ts'
import { readTokens, type Reading } from '../graph/model-graph.ts'
import { Tape } from '../graph/tape.ts'
import { f32, i32, type Tensor } from '../graph/tensor.ts'
import { noMemory, Tensors, writeFloats, writeInts, type Device } from '../model/base-model.ts'
import type { ModelShape } from '../graph/model-shape.ts'
import type { AdapterState } from './adapter-state.ts'
import type { Packed } from './pack.ts'
import type { TrainSettings } from './settings.ts'

/** What graphs are made of. */
export interface Ingredients {
  device: Device
  shape: ModelShape
  weights: ReadonlyMap<string, Tensor>
  /** LoRAs that belong to the base here: they change it, and stay. */
  fixed: ReadonlyMap<string, readonly Adapter[]>
  state: AdapterState
  settings: Pick<TrainSettings, 'checkpoints' | 'clip' | 'dropout'>
}

/** Rows, row length and number of targets: batches that have them alike share a graph. */
type Size = Pick<Packed, 'length' | 'rows'> & { targets: number }

/** A graph with its memory and what is written into it before it is computed. */
export interface BuiltGraph extends Disposable {
  size: Size
  bytes: number
  /**
   * Computes a batch.
   * @param random draws what adapters are blind to
   * @returns its weighted sum of −log p
   */
  compute(packed: Packed, random: () => number): number
}

/** Operations that a block takes at most, forwards and, checkpointed, twice more. */
const [perBlock, perPart, perParameter] = [700, 60, 12]

/** @param learns whether gradients are added to those of the state */
export function buildGraph(ingredients: Ingredients, size: Size, learns: boolean): BuiltGraph {
  const { device } = ingredients
  const parts = emitGraph(ingredients, size, learns)
  const { emit, inputs, loss } = parts
  const allocator = device.api.ggml_gallocr_new(
    device.api.ggml_backend_get_default_buffer_type(device.backend),
  )
  const dispose = (): void => {
    device.api.ggml_gallocr_free(allocator)
    parts[Symbol.dispose]()
  }
  try {
    allocate(device, allocator, emit)
  } catch (error) {
    dispose()
    throw error
  }
  return {
    size,
    bytes: device.api.ggml_gallocr_get_buffer_size(allocator, 0) + inputs.tensors.bytes,
    compute(packed, random) {
      inputs.write(packed)
      if (parts.dropout)
        writeFloats(device, parts.dropout, drawDropout(parts.dropout.shape[0], ingredients.settings, random))
      compute(device, emit)
      return readNumber(device, loss)
    },
    [Symbol.dispose]: dispose,
  }
}

/** Operations and inputs of a graph, without memory to compute in. */
function emitGraph(
  ingredients: Ingredients,
  size: Size,
  learns: boolean,
): { emit: Emitter; inputs: Inputs; loss: Tensor; dropout: Tensor | undefined } & Disposable {
  const { device, shape, weights, state, settings } = ingredients
  const parts = Math.ceil(size.targets / targetsAtOnce(shape.vocabulary)) * (1 + shape.vocabulary / 16_384)
  const most = 1_000 + perBlock * shape.blocks + perPart * parts + perParameter * state.parameters.length
  const blind = learns && settings.dropout > 0 ? numbersOfDropout(state, size.length * size.rows) : 0
  const inputs = makeInputs(device, shape, size, { blind, keeps: learns && settings.checkpoints })
  const { dropout } = inputs
  const emit = new Emitter(device.api, Math.ceil(most))
  const dispose = (): void => {
    emit[Symbol.dispose]()
    inputs.tensors[Symbol.dispose]()
  }
  try {
    const tape = new Tape(emit, new Map(state.parameters.map(({ value, gradient }) => [value, gradient])))
    const adapters = joinAdapters(ingredients, learns, dropout)
    const states = readTokens(tape, shape, { weights, adapters }, inputs.reading)
    const loss = emit.keep(crossEntropy(tape, shape, weights.get(shape.head)!, states, inputs.targets))
    tape.backward()
    return { emit, inputs, loss, dropout, [Symbol.dispose]: dispose }
  } catch (error) {
    dispose()
    throw error
  }
}

/** Bytes that a graph of this size takes with its inputs, of which no more than the inputs is taken now. */
export function measureGraph(ingredients: Ingredients, size: Size): number {
  const { device } = ingredients
  using parts = emitGraph(ingredients, size, true)
  const allocator = device.api.ggml_gallocr_new(
    device.api.ggml_backend_get_default_buffer_type(device.backend),
  )
  const sizes = new BigUint64Array(new ArrayBuffer(8))
  device.api.ggml_gallocr_reserve_n_size(allocator, parts.emit.graph, null, null, sizes)
  device.api.ggml_gallocr_free(allocator)
  return Number(sizes[0]) + parts.inputs.tensors.bytes
}

/** A graph that takes a step with the gradients that were added up. */
export function buildStep({ device, state, settings }: Ingredients): { take(): number } & Disposable {
  const emit = new Emitter(device.api, 64 + state.parameters.length * 12)
  const allocator = device.api.ggml_gallocr_new(
    device.api.ggml_backend_get_default_buffer_type(device.backend),
  )
  const squares = state.parameters.map(({ gradient }) => emit.sum(emit.unary('sqr', gradient)))
  const length = emit.unary(
    'sqrt',
    squares.reduce((a, b) => emit.add(a, b)),
  )
  emit.store(length, state.length)
  const share =
    settings.clip > 0
      ? emit.clamp(emit.divide(emit.scale(length, 0, settings.clip), emit.scale(length, 1, 1e-6)), 0, 1)
      : undefined
  for (const { value, gradient, mean, square } of state.parameters) {
    const own = share === undefined ? gradient : emit.multiply(gradient, share)
    emit.adamw(value, own, mean, square, state.numbers)
  }
  allocate(device, allocator, emit)
  return {
    take() {
      compute(device, emit)
      return readNumber(device, state.length)
    },
    [Symbol.dispose]() {
      device.api.ggml_gallocr_free(allocator)
      emit[Symbol.dispose]()
    },
  }
}

function joinAdapters(
  { fixed, state }: Ingredients,
  learns: boolean,
  mask: Tensor | undefined,
): Map<string, Adapter[]> {
  const joined = new Map([...fixed].map(([name, adapters]) => [name, [...adapters]]))
  for (const [index, [name, { a, b, scale }]] of [...state.adapters].entries()) {
    const still = { a: { ...a, trains: false }, b: { ...b, trains: false }, scale }
    const learning = { a, b, scale, dropout: mask && { mask, from: index * dropoutStep } }
    joined.set(name, [...(joined.get(name) ?? []), learns ? learning : still])
  }
  return joined
}

/** All adapters are blind by one list of numbers, each from another place on: one list apiece would take more than all else. */
const dropoutStep = 61

function numbersOfDropout({ adapters }: AdapterState, tokens: number): number {
  const widest = Math.max(...[...adapters.values()].map(({ a }) => a.shape[0]))
  return widest * tokens + adapters.size * dropoutStep
}

/** 0, or what makes up for the zeros. */
function drawDropout(
  count: number,
  { dropout }: Pick<TrainSettings, 'dropout'>,
  random: () => number,
): Float32Array {
  const kept = 1 / (1 - dropout)
  return Float32Array.from({ length: count }, () => (random() < dropout ? 0 : kept))
}

interface Inputs {
  tensors: Tensors
  reading: Reading
  targets: Targets
  dropout: Tensor | undefined
  write(packed: Packed): void
}

function makeInputs(
  device: Device,
  shape: ModelShape,
  { length, rows, targets: count }: Size,
  { blind, keeps }: { blind: number; keeps: boolean },
): Inputs {
  const tensors = new Tensors(device, 9 + shape.blocks)
  const ints = (size: number): Tensor => tensors.make(i32, [size])
  const mask = (): Tensor => tensors.make(f32, [length, length, 1, rows])
  const reading = {
    length,
    rows,
    tokens: ints(length * rows),
    positions: ints(length * rows),
    mask: mask(),
    local: shape.window && length > shape.window.size ? mask() : undefined,
    kept: keeps
      ? Array.from({ length: shape.blocks }, () => tensors.make(f32, [shape.width, length * rows]))
      : undefined,
  }
  const targets = {
    rows: ints(count),
    tokens: ints(count),
    places: ints(count),
    weights: tensors.make(f32, [1, count]),
  }
  const dropout = blind > 0 ? tensors.make(f32, [blind]) : undefined
  tensors.allocate()
  const step = targetsAtOnce(shape.vocabulary)
  return {
    tensors,
    reading,
    targets,
    dropout,
    write(packed) {
      writeInts(device, reading.tokens, packed.tokens)
      writeInts(device, reading.positions, packed.positions)
      writeFloats(device, reading.mask, packed.mask)
      if (reading.local && packed.local) writeFloats(device, reading.local, packed.local)
      writeInts(device, targets.rows, packed.targets.rows)
      writeInts(device, targets.tokens, packed.targets.tokens)
      const places = packed.targets.tokens.map((token, index) => token + (index % step) * shape.vocabulary)
      writeInts(device, targets.places, places)
      writeFloats(device, targets.weights, packed.targets.weights)
    },
  }
}

function allocate(device: Device, allocator: AllocatorPointer, { graph }: Emitter): void {
  if (!device.api.ggml_gallocr_alloc_graph(allocator, graph)) throw noMemory()
}

function compute(device: Device, { graph }: Emitter): void {
  const status = device.api.ggml_backend_graph_compute(device.backend, graph)
  if (status !== 0) throw new Error(`ggml cannot compute this graph (status ${status}).`)
}

const number = new Float32Array(new ArrayBuffer(4))

function readNumber(device: Device, { pointer }: Tensor): number {
  device.api.ggml_backend_tensor_get(pointer, number, 0, 4)
  return number[0]!
}
