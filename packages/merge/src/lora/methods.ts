import { MergeError } from '../errors/merge-error.ts'
import type { DrawMask } from '../kernels/random.ts'
import type { SvdTarget } from '../linear-algebra/svd.ts'
import { combineToRank, concatenate } from './combine-exactly.ts'
import {
  combineAsPeft,
  combineDeltasAsPeft,
  peftKinds,
  type PeftMethod,
  type WeightedLora,
} from './combine-peft.ts'
import type { LoraFactors } from './lora.ts'
import type { TaskMerge } from './merge-task-tensors.ts'

/** What the methods are given beside the LoRAs; each takes of it what it has a use for. */
export interface LoraSettings {
  target: SvdTarget
  /** Share of elements that is kept. */
  density: number
  majority: 'total' | 'frequency'
  /** Rows stand for tokens: PEFT has such a matrix the other way round, and its A is B here. */
  isEmbedding?: boolean
  draw: DrawMask
}

/** A way to combine the changes of one matrix. */
export interface LoraMethodDefinition {
  /** Brings the result to a rank, which may be chosen. */
  ranked?: true
  /** Drops elements, so that a density matters. */
  sparse?: true
  /** Elects signs, so that it matters how. */
  elects?: true
  /** Draws random numbers, so that a seed matters. */
  random?: true
  combine(loras: readonly WeightedLora[], settings: LoraSettings): LoraFactors
}

/** A's with A's and B's with B's, as PEFT does, which adds cross terms. */
function byFactors(method: PeftMethod['method']): LoraMethodDefinition {
  return {
    ...capabilitiesOf(peftKinds[method]),
    combine: (loras, { density, majority, isEmbedding = false, draw }) =>
      combineAsPeft(loras, { method, density, majority, isEmbedding }, draw),
  }
}

/** The whole changes, brought to a rank. */
function byChanges(method: PeftMethod['method']): LoraMethodDefinition {
  return {
    ...capabilitiesOf(peftKinds[method]),
    ranked: true,
    combine: (loras, { target, density, majority, draw }) =>
      combineDeltasAsPeft(loras, { method, density, majority }, target, draw),
  }
}

function capabilitiesOf({ drops, elects }: TaskMerge): Omit<LoraMethodDefinition, 'combine'> {
  return {
    ...(drops && { sparse: true }),
    ...(drops === 'any' && { random: true }),
    ...(elects && { elects }),
  }
}

const scaled = (loras: readonly WeightedLora[]): { factors: LoraFactors; scale: number }[] =>
  loras.map(({ factors, scale, weight }) => ({ factors, scale: scale * weight }))

/** All methods of combining LoRAs, under PEFT's names (its `combination_type`), in the order that people see. */
export const loraMethods = {
  /** The exact sum. */
  cat: { combine: (loras) => concatenate(scaled(loras)) },
  /** Its best approximation of a rank. */
  svd: { ranked: true, combine: (loras, { target }) => combineToRank(scaled(loras), target) },
  linear: byFactors('linear'),
  ties: byFactors('ties'),
  ties_svd: byChanges('ties'),
  dare_linear: byFactors('dare_linear'),
  dare_linear_svd: byChanges('dare_linear'),
  dare_ties: byFactors('dare_ties'),
  dare_ties_svd: byChanges('dare_ties'),
  magnitude_prune: byFactors('magnitude_prune'),
  magnitude_prune_svd: byChanges('magnitude_prune'),
} satisfies Record<string, LoraMethodDefinition>

export type LoraMethodName = keyof typeof loraMethods

export const loraMethodNames = Object.keys(loraMethods) as [LoraMethodName, ...LoraMethodName[]]

/** @throws MergeError merge-method */
export function loraMethodNamed(name: string): LoraMethodDefinition {
  if (Object.hasOwn(loraMethods, name)) return loraMethods[name as LoraMethodName]
  throw new MergeError('merge-method', `There is no method “${name}” for LoRAs`, {
    hint: `Choose one of ${loraMethodNames.join(', ')}.`,
  })
}
