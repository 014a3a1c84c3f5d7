import { combine, combineOffsets } from '../kernels/combine.ts'
import { checkInputs, refuseNonFinite } from '../kernels/finite.ts'
import { Gram, scanGram, scanOffsetGram } from '../kernels/gram.ts'
import type { Chunk, Stages, TensorInputs } from '../tensor/tensor-merge.ts'
import type { MethodDefinition } from '../method/method.ts'

/** Sine below which two vectors count as one direction. */
const straight = 1e-8
const shortest = 1e-7

export const nuslerp: MethodDefinition = {
  title: 'NuSlerp',
  description:
    'Along the arc between two models by their weights; with a base, along the arc of their differences.',
  base: 'optional',
  models: { min: 2, max: 2 },
  shared: {
    nuslerp_flatten: { type: 'flag', default: true, description: 'Treat the tensor as one vector.' },
    nuslerp_row_wise: {
      type: 'flag',
      default: false,
      description: 'Where not flattened: an arc for each column, over the rows, instead of for each row.',
    },
  },
  perModel: { weight: { type: 'number', default: 1, description: 'Share of the model.' } },
  start: (inputs, parameters) => {
    const [first = 0, second = 0] = parameters.each('weight')
    const sum = first + second
    const t = Math.abs(sum) < 1e-6 ? 0.5 : second / sum
    if (parameters.flag('nuslerp_flatten')) return overWhole(inputs, t)
    // A vector has no columns to go along: it is one row.
    return parameters.flag('nuslerp_row_wise') && inputs.rows > 1
      ? overColumns(inputs, t)
      : overRows(inputs, t)
  },
}

type Pair = readonly [number, number]

function arcCoefficients(dot: number, firstSquare: number, secondSquare: number, t: number): Pair {
  const lengths = Math.max(Math.sqrt(firstSquare), shortest) * Math.max(Math.sqrt(secondSquare), shortest)
  const angle = Math.acos(Math.min(1, Math.max(-1, dot / lengths)))
  const sine = Math.sin(angle)
  if (Math.abs(sine) < straight) return [1 - t, t]
  return [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine]
}

function overWhole(inputs: TensorInputs, t: number): Stages {
  const gram = new Gram(2)
  const scan =
    inputs.base === undefined ? scanGram(gram, inputs, ({ models }) => models) : scanOffsetGram(gram, inputs)
  let coefficients: Pair = [1, 0]
  return {
    scans: [
      {
        ...scan,
        end: () => {
          coefficients = arcCoefficients(gram.dot(0, 1), gram.dot(0, 0), gram.dot(1, 1), t)
        },
      },
    ],
    write: (chunk, output) => {
      const check =
        chunk.base === undefined
          ? combine(coefficients, chunk.models, output)
          : combineOffsets(coefficients, chunk.base, chunk.models, output)
      if (check !== 0) refuseNonFinite(chunk, inputs)
    },
  }
}

function overRows(inputs: TensorInputs, t: number): Stages {
  const { columns } = inputs
  return {
    scans: [],
    write: (chunk, output) => {
      checkInputs(chunk, inputs)
      for (let row = 0; row < chunk.rows; row++) {
        const start = row * columns
        const slice = rowsOf(chunk, start, start + columns)
        const target = output.subarray(start, start + columns)
        const [dot, first, second] = products(slice)
        mixRow(arcCoefficients(dot, first, second, t), slice, target)
      }
    },
  }
}

function overColumns(inputs: TensorInputs, t: number): Stages {
  const { columns } = inputs
  const dots = new Float64Array(columns)
  const firsts = new Float64Array(columns)
  const seconds = new Float64Array(columns)
  const first = new Float64Array(columns)
  const second = new Float64Array(columns)
  return {
    scans: [
      {
        see: (chunk) => {
          checkInputs(chunk, inputs)
          for (let row = 0; row < chunk.rows; row++) {
            addProducts(rowsOf(chunk, row * columns, (row + 1) * columns), dots, firsts, seconds)
          }
        },
        end: () => {
          for (let c = 0; c < columns; c++) {
            ;[first[c], second[c]] = arcCoefficients(dots[c]!, firsts[c]!, seconds[c]!, t)
          }
        },
      },
    ],
    write: (chunk, output) => {
      for (let row = 0; row < chunk.rows; row++) {
        const start = row * columns
        mixColumns(
          first,
          second,
          rowsOf(chunk, start, start + columns),
          output.subarray(start, start + columns),
        )
      }
    },
  }
}

interface Rows {
  base: Float32Array | undefined
  first: Float32Array
  second: Float32Array
}

function rowsOf({ base, models }: Chunk, start: number, end: number): Rows {
  return {
    base: base?.subarray(start, end),
    first: models[0]!.subarray(start, end),
    second: models[1]!.subarray(start, end),
  }
}

function products({ base, first, second }: Rows): [dot: number, first: number, second: number] {
  let dot = 0
  let firstSquare = 0
  let secondSquare = 0
  for (let i = 0; i < first.length; i++) {
    const origin = base === undefined ? 0 : base[i]!
    const x = first[i]! - origin
    const y = second[i]! - origin
    dot += x * y
    firstSquare += x * x
    secondSquare += y * y
  }
  return [dot, firstSquare, secondSquare]
}

function addProducts(
  { base, first, second }: Rows,
  dots: Float64Array,
  firsts: Float64Array,
  seconds: Float64Array,
): void {
  for (let i = 0; i < first.length; i++) {
    const origin = base === undefined ? 0 : base[i]!
    const x = first[i]! - origin
    const y = second[i]! - origin
    dots[i]! += x * y
    firsts[i]! += x * x
    seconds[i]! += y * y
  }
}

function mixRow([p, q]: Pair, { base, first, second }: Rows, output: Float32Array): void {
  if (base === undefined) combine([p, q], [first, second], output)
  else combineOffsets([p, q], base, [first, second], output)
}

function mixColumns(
  p: Float64Array,
  q: Float64Array,
  { base, first, second }: Rows,
  output: Float32Array,
): void {
  for (let i = 0; i < output.length; i++) {
    const origin = base === undefined ? 0 : base[i]!
    output[i] = origin + p[i]! * (first[i]! - origin) + q[i]! * (second[i]! - origin)
  }
}
