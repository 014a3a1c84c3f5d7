import type { DrawMask } from '../kernels/random.ts'
import type { ParameterDefinitions, Parameters } from './parameters.ts'
import type { Stages, TensorInputs } from '../tensor/tensor-merge.ts'

/** A way to merge the tensors of one name. */
export interface MethodDefinition {
  title: string
  description: string
  /** What the base model is to it; where it is `unused`, one that is given is ignored. */
  base: 'required' | 'optional' | 'unused'
  /** How many models it takes besides the base. */
  models: { min: number; max?: number }
  /** Settings of the merge, under mergekit's names. */
  shared: ParameterDefinitions
  /** Settings of each model. */
  perModel: ParameterDefinitions
  /** The setting that a ratio of two models is, for methods that take no weights. */
  ratio?: string
  /** Draws random numbers, so that a seed matters. */
  random?: true
  start(inputs: TensorInputs, parameters: Parameters, draw: DrawMask): Stages
}
