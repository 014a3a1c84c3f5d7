import { MergeError } from '../errors/merge-error.ts'
import type { DrawMask } from '../kernels/random.ts'
import { keepAtRandom } from '../sparsify/at-random.ts'
import { keepByMagnitude, type KeptRanks } from '../sparsify/by-magnitude.ts'
import { keepByRowRank } from '../sparsify/by-row-rank.ts'
import { keepAll, type Sparsifier } from '../sparsify/sparsifier.ts'
import type { TensorInputs } from '../tensor/tensor-merge.ts'
import type { Parameters } from './parameters.ts'

/** How a method chooses what it keeps of one model’s differences from the base. */
export type SparsifyModel = (
  inputs: TensorInputs,
  parameters: Parameters,
  draw: DrawMask,
  model: number,
) => Sparsifier

function elementsOf({ rows, columns }: TensorInputs): number {
  return rows * columns
}

export const keepLargest: SparsifyModel = (inputs, parameters, _draw, model) => {
  const density = parameters.each('density')[model]!
  if (density >= 1) return keepAll
  const total = elementsOf(inputs)
  const kept = countKept(inputs, density, model)
  return keepByMagnitude({ from: total - kept, to: total }, total, parameters.flag('rescale'))
}

export const keepWithoutOutliers: SparsifyModel = (inputs, parameters, _draw, model) => {
  const density = parameters.each('density')[model]!
  if (density >= 1) return keepAll
  const gamma = parameters.each('gamma')[model]!
  const ranks = breadcrumbRanks(elementsOf(inputs), countKept(inputs, density, model), gamma)
  if (ranks.from === ranks.to) refuseEmpty(inputs, density, model)
  return keepByMagnitude(ranks, elementsOf(inputs), parameters.flag('rescale'))
}

/** The largest share `gamma` goes, then the smallest until `kept` remain; too few to go leave larger ones in. */
function breadcrumbRanks(total: number, kept: number, gamma: number): KeptRanks {
  const top = Math.floor(gamma * total)
  const bottom = total - kept - top
  return bottom < 0 ? { from: 0, to: total - (top + bottom) } : { from: bottom, to: total - top }
}

export const keepAnywhere: SparsifyModel = (_inputs, parameters, draw, model) => {
  const density = parameters.each('density')[model]!
  if (density >= 1) return keepAll
  const byDensity = parameters.flag('rescale_by_density')
  const rescale = parameters.flag('rescale') ? (byDensity ? 'density' : 'magnitude') : 'none'
  return keepAtRandom(draw, model, density, rescale)
}

export const keepByRank: SparsifyModel = (inputs, parameters, draw, model) => {
  const density = parameters.each('density')[model]!
  if (density >= 1) return keepAll
  const epsilon = parameters.each('epsilon')[model]!
  if (density - epsilon <= 0 || density + epsilon >= 1) {
    throw new MergeError(
      'merge-parameter',
      `density ${density} ± epsilon ${epsilon} of ${inputs.models[model]} must lie between 0 and 1`,
      { hint: 'Choose a smaller epsilon.' },
    )
  }
  return keepByRowRank(draw, model, density, epsilon, inputs.columns, parameters.flag('rescale'))
}

/** Of so few numbers in a row (a scale of a whole layer, say) one is kept, whatever the density: no matrix is so small. */
const few = 64

function countKept(inputs: TensorInputs, density: number, model: number): number {
  const kept = Math.floor(density * elementsOf(inputs))
  if (kept > 0) return kept
  const isFew = elementsOf(inputs) <= few && inputs.columns === elementsOf(inputs)
  return isFew ? 1 : refuseEmpty(inputs, density, model)
}

function refuseEmpty(inputs: TensorInputs, density: number, model: number): never {
  throw new MergeError(
    'merge-keeps-nothing',
    `A density of ${density} keeps nothing of ${inputs.name} of ${inputs.models[model]}, which has ${elementsOf(inputs)} elements`,
    { hint: 'Raise the density, for small tensors at least.' },
  )
}
