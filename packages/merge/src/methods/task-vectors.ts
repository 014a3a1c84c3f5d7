import { blockLength } from '../kernels/combine.ts'
import { mixByElectedSign, mixBySum, type Mix } from '../kernels/consensus.ts'
import { refuseNonFinite } from '../kernels/finite.ts'
import type { DrawMask } from '../kernels/random.ts'
import { MergeError } from '../merge-error.ts'
import type { ParameterDefinition, Parameters } from '../parameters.ts'
import { keepAtRandom } from '../sparsify/at-random.ts'
import { keepByMagnitude, type KeptRanks } from '../sparsify/by-magnitude.ts'
import { keepByRowRank } from '../sparsify/by-row-rank.ts'
import { createBlock, keepAll, type Block, type Sparsifier } from '../sparsify/sparsifier.ts'
import type { Chunk, Scan, Stages, TensorInputs } from '../tensor-merge.ts'
import { divisorOf } from './linear.ts'
import type { MethodDefinition } from './method.ts'

type SparsifyModel = (
  inputs: TensorInputs,
  parameters: Parameters,
  draw: DrawMask,
  model: number,
) => Sparsifier

interface Variant {
  title: string
  description: string
  sparsify: SparsifyModel
  consensus: 'sum' | 'sign'
  normalize: boolean
  rescale: boolean
  perModel?: Record<string, ParameterDefinition>
  shared?: Record<string, ParameterDefinition>
  random?: true
  /** Elements side by side that the sparsifier must see at once. */
  block?: (inputs: TensorInputs) => number
}

/** The family of mergekit's generalised task arithmetic: drop elements of each difference, then mix them. */
function define(variant: Variant): MethodDefinition {
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
      int8_mask: { type: 'flag', default: false, description: 'Known to mergekit; without effect here.' },
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
          scan.see(subtract(chunk, m, start, count, blocks[m]!, inputs))
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
          sparsifier.apply(subtract(chunk, m, start, count, blocks[m]!, inputs))
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

function subtract(
  { base, models, firstRow }: Chunk,
  model: number,
  start: number,
  count: number,
  block: Block,
  { columns }: TensorInputs,
): Block {
  subtractInto(models[model]!, base!, start, count, block.values)
  block.count = count
  block.offset = firstRow * columns + start
  return block
}

function subtractInto(
  model: Float32Array,
  base: Float32Array,
  start: number,
  count: number,
  target: Float32Array,
): void {
  for (let i = 0; i < count; i++) target[i] = model[start + i]! - base[start + i]!
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

function elementsOf({ rows, columns }: TensorInputs): number {
  return rows * columns
}

const largest: SparsifyModel = (inputs, parameters, _draw, model) => {
  const density = parameters.each('density')[model]!
  if (density >= 1) return keepAll
  const total = elementsOf(inputs)
  const kept = Math.floor(density * total)
  if (kept === 0) refuseEmpty(inputs, density, model)
  return keepByMagnitude({ from: total - kept, to: total }, total, parameters.flag('rescale'))
}

const withoutOutliers: SparsifyModel = (inputs, parameters, _draw, model) => {
  const density = parameters.each('density')[model]!
  if (density >= 1) return keepAll
  const gamma = parameters.each('gamma')[model]!
  const ranks = breadcrumbRanks(elementsOf(inputs), density, gamma)
  if (ranks.from === ranks.to) refuseEmpty(inputs, density, model)
  return keepByMagnitude(ranks, elementsOf(inputs), parameters.flag('rescale'))
}

/** The largest share `gamma` goes, then the smallest until `density` remains; too few to go leave larger ones in. */
function breadcrumbRanks(total: number, density: number, gamma: number): KeptRanks {
  const kept = Math.floor(density * total)
  const top = Math.floor(gamma * total)
  const bottom = total - kept - top
  return bottom < 0 ? { from: 0, to: total - (top + bottom) } : { from: bottom, to: total - top }
}

const anywhere: SparsifyModel = (_inputs, parameters, draw, model) => {
  const density = parameters.each('density')[model]!
  if (density >= 1) return keepAll
  const byDensity = parameters.flag('rescale_by_density')
  const rescale = parameters.flag('rescale') ? (byDensity ? 'density' : 'magnitude') : 'none'
  return keepAtRandom(draw, model, density, rescale)
}

const byRowRank: SparsifyModel = (inputs, parameters, draw, model) => {
  const density = parameters.each('density')[model]!
  if (density >= 1) return keepAll
  const epsilon = parameters.each('epsilon')[model]!
  if (density - epsilon <= 0 || density + epsilon >= 1) {
    throw new MergeError(
      'merge-parameter',
      `density ${density} ± epsilon ${epsilon} of ${inputs.models[model]} must lie between 0 and 1`,
      'Choose a smaller epsilon.',
    )
  }
  return keepByRowRank(draw, model, density, epsilon, inputs.columns, parameters.flag('rescale'))
}

function refuseEmpty(inputs: TensorInputs, density: number, model: number): never {
  throw new MergeError(
    'merge-keeps-nothing',
    `A density of ${density} keeps nothing of ${inputs.name} of ${inputs.models[model]}, which has ${elementsOf(inputs)} elements`,
    'Raise the density, for small tensors at least.',
  )
}

const gamma = {
  gamma: {
    type: 'number',
    default: 0.01,
    min: 0,
    max: 1,
    description: 'Share of the largest elements that is dropped.',
  },
} as const
const epsilon = {
  epsilon: {
    type: 'number',
    default: 0.15,
    min: 0,
    description: 'Half the spread of the probabilities around the density.',
  },
} as const
const rescaleByDensity = {
  rescale_by_density: {
    type: 'flag',
    default: false,
    description: 'Rescale by 1 / density, as PEFT does, not to the sum of magnitudes.',
  },
} as const

export const ties: MethodDefinition = define({
  title: 'TIES',
  description: 'The largest changes of each model, without those against the elected sign.',
  sparsify: largest,
  consensus: 'sign',
  normalize: true,
  rescale: false,
})

export const dareLinear: MethodDefinition = define({
  title: 'DARE linear',
  description: 'Randomly chosen changes of each model, scaled up, summed.',
  sparsify: anywhere,
  consensus: 'sum',
  normalize: false,
  rescale: true,
  shared: rescaleByDensity,
  random: true,
})

export const dareTies: MethodDefinition = define({
  title: 'DARE TIES',
  description: 'Randomly chosen changes of each model, scaled up, without those against the elected sign.',
  sparsify: anywhere,
  consensus: 'sign',
  normalize: false,
  rescale: true,
  shared: rescaleByDensity,
  random: true,
})

export const breadcrumbs: MethodDefinition = define({
  title: 'Breadcrumbs',
  description: 'The changes of each model without the largest and the smallest, summed.',
  sparsify: withoutOutliers,
  consensus: 'sum',
  normalize: false,
  rescale: false,
  perModel: gamma,
})

export const breadcrumbsTies: MethodDefinition = define({
  title: 'Breadcrumbs TIES',
  description:
    'The changes of each model without the largest, the smallest and those against the elected sign.',
  sparsify: withoutOutliers,
  consensus: 'sign',
  normalize: false,
  rescale: false,
  perModel: gamma,
})

export const della: MethodDefinition = define({
  title: 'DELLA',
  description: 'Changes chosen at random, large ones more likely, without those against the elected sign.',
  sparsify: byRowRank,
  consensus: 'sign',
  normalize: true,
  rescale: true,
  perModel: epsilon,
  random: true,
  block: ({ columns }) => columns,
})

export const dellaLinear: MethodDefinition = define({
  title: 'DELLA linear',
  description: 'Changes chosen at random, large ones more likely, summed.',
  sparsify: byRowRank,
  consensus: 'sum',
  normalize: false,
  rescale: true,
  perModel: epsilon,
  random: true,
  block: ({ columns }) => columns,
})
