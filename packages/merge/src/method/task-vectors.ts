import { createBlock, type Block } from '../kernels/block.ts'
import { blockLength } from '../kernels/combine.ts'
import { mixByElectedSign, mixBySum, type Mix } from '../kernels/consensus.ts'
import { refuseNonFinite } from '../kernels/finite.ts'
import type { DrawMask } from '../kernels/random.ts'
import { subtract } from '../kernels/subtract.ts'
import type { Chunk, Scan, Stages, TensorInputs } from '../tensor/tensor-merge.ts'
import type { MethodDefinition } from './method.ts'
import { ignoredFlag, type ParameterDefinitions, type Parameters } from './parameters.ts'
import type { SparsifyModel } from './sparsify-model.ts'
import { divisorOf } from './weights.ts'

interface Variant {
  title: string
  description: string
  sparsify: SparsifyModel
  consensus: 'sum' | 'sign'
  normalize: boolean
  rescale: boolean
  perModel?: ParameterDefinitions
  shared?: ParameterDefinitions
  random?: true
  /** Elements side by side that the sparsifier must see at once. */
  block?: (inputs: TensorInputs) => number
}

/** The family of mergekit's generalised task arithmetic: drop elements of each difference, then mix them. */
export function defineTaskVectors(variant: Variant): MethodDefinition {
  return {
    title: variant.title,
    description: variant.description,
    base: 'required',
    models: { min: 0 },
    shared: {
      normalize: {
        type: 'flag',
        default: variant.normalize,
        description: 'Divide by the sum of the weights.',
      },
      rescale: {
        type: 'flag',
        default: variant.rescale,
        description: 'Scale what was kept to the whole difference’s sum of magnitudes.',
      },
      lambda: { type: 'number', default: 1, description: 'Factor of the mixed difference.' },
      int8_mask: ignoredFlag,
      ...variant.shared,
    },
    perModel: {
      weight: { type: 'number', default: 1, description: 'Factor of the model’s difference.' },
      density: {
        type: 'number',
        default: 1,
        min: 0,
        max: 1,
        above: true,
        description: 'Share that is kept.',
      },
      ...variant.perModel,
    },
    ...(variant.random && { random: true as const }),
    start: (inputs, parameters, draw) => startVariant(variant, inputs, parameters, draw),
  }
}

function startVariant(
  variant: Variant,
  inputs: TensorInputs,
  parameters: Parameters,
  draw: DrawMask,
): Stages {
  const length = variant.block?.(inputs) ?? blockLength
  const blocks = inputs.models.map(() => createBlock(length))
  const sparsifiers = inputs.models.map((_, m) => variant.sparsify(inputs, parameters, draw, m))
  const passes = Math.max(0, ...sparsifiers.map(({ scans }) => scans.length))
  const scans = Array.from({ length: passes }, (_, pass): Scan => ({
    see: (chunk) => {
      for (const [m, sparsifier] of sparsifiers.entries()) {
        const scan = sparsifier.scans[pass]
        if (scan === undefined) continue
        forEachBlock(chunk, inputs, length, (start, count) => {
          scan.see(changeOf(chunk, m, start, count, blocks[m]!, inputs))
        })
        if (sparsifier.sawNonFinite) refuseNonFinite(chunk, inputs)
      }
    },
    end: () => {
      for (const { scans } of sparsifiers) scans[pass]?.end?.()
    },
  }))
  const mix = createMix(variant, parameters, length)
  const factor = mixFactor(variant, parameters)
  const mixed = new Float64Array(length)
  return {
    scans,
    write: (chunk, output) => {
      let check = 0
      forEachBlock(chunk, inputs, length, (start, count) => {
        for (const [m, sparsifier] of sparsifiers.entries()) {
          sparsifier.apply(changeOf(chunk, m, start, count, blocks[m]!, inputs))
        }
        mix(blocks, count, mixed)
        check += addMixed(chunk.base!, mixed, factor, start, count, output)
      })
      if (check !== 0) refuseNonFinite(chunk, inputs)
    },
  }
}

function createMix({ consensus }: Variant, parameters: Parameters, length: number): Mix {
  const weights = parameters.each('weight')
  if (consensus === 'sum') return mixBySum(weights)
  return mixByElectedSign(weights, parameters.flag('normalize'), length)
}

function mixFactor({ consensus }: Variant, parameters: Parameters): number {
  const divides = consensus === 'sum' && parameters.flag('normalize')
  return parameters.number('lambda') / (divides ? divisorOf(parameters.each('weight')) : 1)
}

function forEachBlock(
  chunk: Chunk,
  inputs: TensorInputs,
  length: number,
  visit: (start: number, count: number) => void,
): void {
  const total = chunk.rows * inputs.columns
  for (let start = 0; start < total; start += length) visit(start, Math.min(length, total - start))
}

function changeOf(
  { base, models, firstRow }: Chunk,
  model: number,
  start: number,
  count: number,
  block: Block,
  { columns }: TensorInputs,
): Block {
  subtract(models[model]!, base!, start, count, block.values)
  block.count = count
  block.offset = firstRow * columns + start
  return block
}

/** @returns 0, or NaN where the output holds NaN or infinity */
function addMixed(
  base: Float32Array,
  mixed: Float64Array,
  factor: number,
  start: number,
  count: number,
  output: Float32Array,
): number {
  let check = 0
  for (let i = 0; i < count; i++) {
    output[start + i] = base[start + i]! + factor * mixed[i]!
    check += output[start + i]! * 0
  }
  return check
}
