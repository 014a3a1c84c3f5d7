import { blockLength } from '../kernels/combine.ts'
import { addWithDivisors } from '../kernels/consensus.ts'
import { checkInputs } from '../kernels/finite.ts'
import { RankSelector } from '../kernels/rank-selector.ts'
import { createBlock, type Block } from '../kernels/block.ts'
import { subtract } from '../kernels/subtract.ts'
import { scale } from '../sparsify/sparsifier.ts'
import type { Chunk, Scan, Stages, TensorInputs } from '../tensor/tensor-merge.ts'
import { combineOffsetsOf } from '../method/combine-models.ts'
import type { MethodDefinition } from '../method/method.ts'
import { ignoredFlag } from '../method/parameters.ts'

export const sce: MethodDefinition = {
  title: 'SCE',
  description:
    'Select where the models vary most, weigh each by the size of its changes, erase minority signs.',
  base: 'required',
  models: { min: 0 },
  shared: {
    select_topk: {
      type: 'number',
      default: 1,
      min: 0,
      max: 1,
      above: true,
      description: 'Share of the elements in which the models differ at all that is changed.',
    },
    int8_mask: ignoredFlag,
  },
  perModel: {},
  start: (inputs, parameters) =>
    inputs.models.length === 0
      ? combineOffsetsOf(inputs, [])
      : startSce(inputs, parameters.number('select_topk')),
}

/** Work space for a block: offsets of each model from the base, and their variance. */
interface Space {
  offsets: readonly Block[]
  variances: Float32Array
  bits: Int32Array
  mask: Uint8Array
  sums: Float64Array
  squares: Float64Array
  /** Sums of the offsets, for their signs. */
  elections: Float32Array
  electionBits: Int32Array
}

function startSce(inputs: TensorInputs, share: number): Stages {
  const variances = new Float32Array(blockLength)
  const elections = new Float32Array(blockLength)
  const space: Space = {
    offsets: inputs.models.map(() => createBlock(blockLength)),
    variances,
    bits: new Int32Array(variances.buffer),
    mask: new Uint8Array(blockLength).fill(1),
    sums: new Float64Array(blockLength),
    squares: new Float64Array(blockLength),
    elections,
    electionBits: new Int32Array(elections.buffer),
  }
  const selection = share < 1 ? new Selection(share) : undefined
  const squares = new Float64Array(inputs.models.length)
  let weights: number[] = []

  const checkFirst: Scan['see'] = (chunk) => checkInputs(chunk, inputs)
  const weigh: Scan = {
    see: (chunk) => {
      if (selection === undefined) checkFirst(chunk)
      forEachBlock(chunk, space, (count) => {
        selection?.select(space, count)
        for (const [m, { values }] of space.offsets.entries())
          squares[m]! += sumSquares(values, space.mask, count)
      })
    },
    end: () => {
      selection?.restart()
      const sum = squares.reduce((total, square) => total + square, 0)
      weights = [...squares].map((square) => (sum === 0 ? 1 / squares.length : square / sum))
    },
  }
  const scans = selection === undefined ? [weigh] : [...selection.scans(space, checkFirst), weigh]
  return {
    scans,
    write: (chunk, output) => {
      forEachBlock(chunk, space, (count, start) => {
        selection?.select(space, count)
        mix(chunk.base!, space, weights, start, count, output)
      })
    },
  }
}

/** The elements of highest variance over the models: equal ones that lie last count as higher. */
class Selection {
  readonly #share: number
  readonly #selector = new RankSelector()
  #zeros = 0
  #bound = 0
  #skip = 0
  #seen = 0
  #none = false

  constructor(share: number) {
    this.#share = share
  }

  scans(space: Space, checkFirst: Scan['see']): Scan[] {
    let rank = 0
    return [
      {
        see: (chunk) => {
          checkFirst(chunk)
          forEachBlock(chunk, space, (count) => {
            findVariances(space, count)
            this.#zeros += countZeros(space.bits, count)
            this.#selector.count(space.bits, count)
          })
        },
        end: () => {
          const kept = Math.floor(this.#share * (this.#selector.total - this.#zeros))
          this.#none = kept === 0
          rank = this.#selector.total - kept
          this.#selector.choose(this.#none ? [] : [rank])
        },
      },
      {
        see: (chunk) =>
          forEachBlock(chunk, space, (count) => {
            findVariances(space, count)
            this.#selector.refine(space.bits, count)
          }),
        end: () => {
          if (this.#none) return
          const { bits, smaller } = this.#selector.at(rank)
          this.#bound = bits
          this.#skip = rank - smaller
        },
      },
    ]
  }

  restart(): void {
    this.#seen = 0
  }

  select(space: Space, count: number): void {
    if (this.#none) {
      space.mask.fill(0)
      return
    }
    findVariances(space, count)
    const bound = this.#bound
    const { bits, mask } = space
    for (let i = 0; i < count; i++) {
      mask[i] = (bound - bits[i]!) >>> 31
      if (bits[i] === bound) mask[i] = this.#seen++ >= this.#skip ? 1 : 0
    }
  }
}

function forEachBlock(
  { base, models }: Chunk,
  space: Space,
  visit: (count: number, start: number) => void,
): void {
  const origin = base!
  for (let start = 0; start < origin.length; start += blockLength) {
    const count = Math.min(blockLength, origin.length - start)
    for (const [m, { values }] of space.offsets.entries()) subtract(models[m]!, origin, start, count, values)
    visit(count, start)
  }
}

function findVariances({ offsets, variances, sums, squares }: Space, count: number): void {
  const models = offsets.length
  sums.fill(0)
  squares.fill(0)
  for (const { values } of offsets) addTo(sums, values, count)
  // By division: the mean of equal values must be that value exactly.
  for (let i = 0; i < count; i++) sums[i]! /= models
  for (const { values } of offsets) addSquares(squares, values, sums, count)
  for (let i = 0; i < count; i++) variances[i] = squares[i]! / models
}

function addTo(sums: Float64Array, values: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) sums[i]! += values[i]!
}

function addSquares(squares: Float64Array, values: Float32Array, means: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const distance = values[i]! - means[i]!
    squares[i]! += distance * distance
  }
}

function countZeros(bits: Int32Array, count: number): number {
  let zeros = 0
  for (let i = 0; i < count; i++) if (bits[i] === 0) zeros++
  return zeros
}

function sumSquares(offsets: Float32Array, mask: Uint8Array, count: number): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += mask[i]! * offsets[i]! * offsets[i]!
  return sum
}

function mix(
  base: Float32Array,
  { offsets, mask, sums, squares: divisors, elections, electionBits }: Space,
  weights: readonly number[],
  start: number,
  count: number,
  output: Float32Array,
): void {
  sums.fill(0)
  for (const { values } of offsets) addTo(sums, values, count)
  elections.set(sums)
  sums.fill(0)
  divisors.fill(0)
  for (const [m, { values, bits }] of offsets.entries()) {
    const weight = weights[m]!
    scale(values, count, weight)
    addWithDivisors(values, bits, count, electionBits, Float64Array.of(0, weight), sums, divisors)
  }
  for (let i = 0; i < count; i++) {
    const sign = signs[electionBits[i]! >>> 31]!
    output[start + i] = base[start + i]! + (mask[i]! * sign * sums[i]!) / Math.max(divisors[i]!, 1e-6)
  }
}

const signs = Float64Array.of(1, -1)
