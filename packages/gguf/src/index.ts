// what a file says of itself
export {
  readHeader,
  readTextOf,
  type GgufHeader,
  type HeaderValue,
  type TensorEntry,
  type ValuePlace,
} from './read-header.ts'
export { measureTensors, type MeasuredTensor } from './measure-tensors.ts'
export { namedParts, partPaths } from './split-files.ts'
export { identifyFile, identifyModel } from './identify-file.ts'
export { describeModel, type ModelSummary } from './describe-model.ts'
export { ggmlTypeNumber, ggmlTypes, type GgmlType } from './ggml-types.ts'
export { headerLimits, maxTensorNameBytes } from './limits.ts'
export { GgufError } from './gguf-error.ts'

// tensors and whole metadata
export { GgufFile, openGguf, type GgufTensor, type TensorRows } from './open-gguf.ts'
export type { EncodedValue, GgufArray, GgufValue } from './value-types.ts'

// writing
export { createGguf, GgufWriter } from './write-gguf.ts'
export { planGguf, type GgufLayout, type GgufPlan } from './plan-gguf.ts'

// LoRA adapters
export { readLoraFile, writeLoraFile, type LoraFile, type LoraMatrix } from './lora/lora-file.ts'

// files of the models folders
export { createModelLister, findModelFiles, type ListedModel, type ModelList } from './list-models.ts'
