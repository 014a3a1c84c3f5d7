import { checkInputs } from './kernels/finite.ts'
import { seededMasks, type DrawMask } from './kernels/random.ts'
import { MergeError } from './errors/merge-error.ts'
import { methodNamed } from './methods/index.ts'
import type { MethodDefinition } from './method/method.ts'
import { checkParameters, Parameters, type ParameterValues } from './method/parameters.ts'
import {
  runStages,
  type Chunk,
  type Stages,
  type TensorInputs,
  type TensorMerge,
} from './tensor/tensor-merge.ts'

export interface MergeSettings {
  method: string
  /** Settings of the merge, under mergekit's names; absent ones take their defaults. */
  shared?: ParameterValues
  /** Settings of each model, in the order of the inputs. */
  models?: readonly ParameterValues[]
  /** Decides what methods draw that draw random numbers. */
  seed?: number
  /** Draws masks instead of the seed: for comparing with another program's. */
  draw?: DrawMask
}

/**
 * Begins the merge of one tensor. Everything that can be told without the tensor's data is checked here.
 * @throws MergeError
 */
export function startMerge(settings: MergeSettings, inputs: TensorInputs): TensorMerge {
  const method = methodNamed(settings.method)
  if (isAlone(inputs)) return runStages(copySole(inputs))
  checkModels(settings.method, method, inputs)
  const shared = checkParameters(method.shared, settings.shared ?? {}, settings.method)
  const models = inputs.models.map((name, index) =>
    checkParameters(method.perModel, settings.models?.[index] ?? {}, `${settings.method} of ${name}`),
  )
  const draw = settings.draw ?? seededMasks(settings.seed ?? 0, inputs.name)
  return runStages(method.start(inputs, new Parameters(shared, models), draw))
}

function isAlone({ models, base, absent = 0 }: TensorInputs): boolean {
  return absent > 0 && models.length + (base === undefined ? 0 : 1) === 1
}

function copySole(inputs: TensorInputs): Stages {
  return {
    scans: [],
    write: (chunk, output) => {
      checkInputs(chunk, inputs)
      output.set(chunk.base ?? chunk.models[0]!)
    },
  }
}

function checkModels(name: string, method: MethodDefinition, inputs: TensorInputs): void {
  if (method.base === 'required' && inputs.base === undefined) {
    throw new MergeError('merge-base-missing', `${name} needs a base model, and ${inputs.name} is in none`, {
      hint: 'Connect the model that the others were trained from.',
    })
  }
  const count = inputs.models.length
  const { min, max = Infinity } = method.models
  if (count >= min && count <= max) return
  const besides = method.base === 'required' ? ' besides the base' : ''
  throw new MergeError(
    'merge-models',
    `${name} takes ${nameCount(min, max)}${besides}; for ${inputs.name} there are ${count}`,
  )
}

function nameCount(min: number, max: number): string {
  const models = (count: number): string => `${count} model${count === 1 ? '' : 's'}`
  if (min === max) return models(min)
  return max === Infinity ? `at least ${models(min)}` : `${min} to ${models(max)}`
}

/**
 * Merges a tensor that is in memory as a whole.
 * @throws MergeError
 */
export function mergeArrays(
  settings: MergeSettings,
  inputs: TensorInputs,
  models: readonly Float32Array[],
  base?: Float32Array,
): Float32Array {
  const elements = inputs.rows * inputs.columns
  for (const [index, values] of models.entries()) checkLength(values, elements, inputs.models[index], inputs)
  if (base !== undefined) checkLength(base, elements, inputs.base, inputs)
  const merge = startMerge(settings, inputs)
  const chunk: Chunk = { firstRow: 0, rows: inputs.rows, models, ...(base && { base }) }
  while (merge.scanning) {
    merge.scan(chunk)
    merge.endScan()
  }
  const output = new Float32Array(elements)
  merge.write(chunk, output)
  return output
}

function checkLength(
  values: Float32Array,
  elements: number,
  model: string | undefined,
  inputs: TensorInputs,
): void {
  if (values.length === elements) return
  throw new MergeError(
    'merge-shapes-differ',
    `${inputs.name} of ${model ?? 'a model'} has ${values.length} elements, not ${inputs.rows} × ${inputs.columns}`,
  )
}
