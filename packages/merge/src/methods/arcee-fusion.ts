import { blockLength } from '../kernels/combine.ts'
import { checkInputs } from '../kernels/finite.ts'
import { floatOfBits, RankSelector } from '../kernels/rank-selector.ts'
import type { Chunk, Stages, TensorInputs } from '../tensor/tensor-merge.ts'
import type { MethodDefinition } from '../method/method.ts'

export const arceeFusion: MethodDefinition = {
  title: 'Arcee fusion',
  description: 'The base, with those elements of the model whose change matters most.',
  base: 'required',
  models: { min: 1, max: 1 },
  shared: {},
  perModel: {},
  start: startFusion,
}

/**
 * The importance of an element is its change times the divergence of its row (as probabilities); what is at least
 * median + 1.5 × interquartile range is taken over. Quartiles are exact, where mergekit samples large tensors.
 */
function startFusion(inputs: TensorInputs): Stages {
  const { rows, columns } = inputs
  const divergences = new Float64Array(rows)
  const selector = new RankSelector()
  const importances = new Float32Array(blockLength)
  const bits = new Int32Array(importances.buffer)
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => Math.floor(share * (rows * columns - 1))) as [
    number,
    number,
    number,
  ]
  let threshold = 0

  const forEachBlock = (chunk: Chunk, visit: (start: number, count: number) => void): void => {
    for (let row = 0; row < chunk.rows; row++) {
      const end = (row + 1) * columns
      for (let start = row * columns; start < end; start += blockLength) {
        const count = Math.min(blockLength, end - start)
        weigh(chunk, divergences[chunk.firstRow + row]!, start, count, importances)
        visit(start, count)
      }
    }
  }

  return {
    scans: [
      {
        see: (chunk) => {
          checkInputs(chunk, inputs)
          for (let row = 0; row < chunk.rows; row++) {
            const slice = [row * columns, (row + 1) * columns] as const
            divergences[chunk.firstRow + row] = divergence(
              chunk.models[0]!.subarray(...slice),
              chunk.base!.subarray(...slice),
            )
          }
          forEachBlock(chunk, (_start, count) => selector.count(bits, count))
        },
        end: () => selector.choose([low, middle, high]),
      },
      {
        see: (chunk) => forEachBlock(chunk, (_start, count) => selector.refine(bits, count)),
        end: () => {
          const [q1, median, q3] = [low, middle, high].map((rank) => floatOfBits(selector.at(rank).bits)) as [
            number,
            number,
            number,
          ]
          threshold = Math.fround(median + 1.5 * (q3 - q1))
        },
      },
    ],
    write: (chunk, output) => {
      forEachBlock(chunk, (start, count) => takeOver(chunk, importances, threshold, start, count, output))
    },
  }
}

/** Kullback–Leibler divergence of two rows' softmax, each probability 1e-8 greater. */
function divergence(model: Float32Array, base: Float32Array): number {
  const [modelMax, modelSum] = softmaxScale(model)
  const [baseMax, baseSum] = softmaxScale(base)
  let sum = 0
  for (let i = 0; i < model.length; i++) {
    const p = Math.exp(model[i]! - modelMax) / modelSum + 1e-8
    const q = Math.exp(base[i]! - baseMax) / baseSum + 1e-8
    sum += p * Math.log(p / q)
  }
  return sum
}

function softmaxScale(values: Float32Array): [max: number, sum: number] {
  let max = -Infinity
  for (let i = 0; i < values.length; i++) max = Math.max(max, values[i]!)
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - max)
  return [max, sum]
}

function weigh(
  { base, models }: Chunk,
  divergence: number,
  start: number,
  count: number,
  importances: Float32Array,
): void {
  const model = models[0]!
  // Rounding can make a divergence of nothing slightly negative; magnitudes are what is ranked.
  const factor = Math.max(0, divergence)
  for (let i = 0; i < count; i++) importances[i] = Math.abs(model[start + i]! - base![start + i]!) * factor
}

function takeOver(
  { base, models }: Chunk,
  importances: Float32Array,
  threshold: number,
  start: number,
  count: number,
  output: Float32Array,
): void {
  const model = models[0]!
  for (let i = 0; i < count; i++) {
    output[start + i] = importances[i]! >= threshold ? model[start + i]! : base![start + i]!
  }
}
