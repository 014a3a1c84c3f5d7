// what a file says of itself
export {
  readHeader,
  readTextOf,
  type GgufHeader,
  type HeaderValue,
  type TensorEntry,
  type ValuePlace,
} from './format/read-header.ts'
export { measureTensors, type MeasuredTensor } from './format/measure-tensors.ts'
export { namedParts, partPaths } from './format/split-files.ts'
export { identifyFile, identifyModel } from './identify-file.ts'
export { describeModel, type ModelSummary } from './describe-model.ts'
export { ggmlTypeNumber, ggmlTypes, type GgmlType } from './format/ggml-types.ts'
export { headerLimits, maxTensorNameBytes } from './format/limits.ts'
export { GgufError } from './format/gguf-error.ts'

// tensors and whole metadata
export { GgufFile, openGguf, type GgufTensor, type TensorRows } from './format/open-gguf.ts'
export type { EncodedValue, GgufArray, GgufValue } from './format/value-types.ts'

// writing
export { createGguf, GgufWriter } from './format/write-gguf.ts'
export { planGguf, type GgufLayout, type GgufPlan } from './format/plan-gguf.ts'

// LoRA adapters
export { readLoraFile, writeLoraFile, type LoraFile, type LoraMatrix } from './lora/lora-file.ts'

// files of the models folders
export { createModelLister, findModelFiles, type ListedModel, type ModelList } from './list-models.ts'
