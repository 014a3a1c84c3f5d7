// what a file says of itself
export { readHeader, readTextOf, type GgufHeader, type HeaderValue } from './format/read-header.ts'
export { measureTensors } from './format/measure-tensors.ts'
export { namedParts, partPaths } from './format/split-files.ts'
export { renameArchitecture } from './format/rename-architecture.ts'
export { identifyFile, identifyModel } from './identify-file.ts'
export { describeModel, type ModelSummary } from './describe-model.ts'
export { fitsModel } from './match-shapes.ts'
export { fileTypeNumber, inferFileType } from './file-types.ts'
export { ggmlTypeNumber, ggmlTypes } from './format/ggml-types.ts'
export { headerLimits, maxTensorNameBytes } from './format/limits.ts'
export { GgufError } from './format/gguf-error.ts'

// tensors and whole metadata
export { GgufFile, openGguf, type GgufTensor } from './format/open-gguf.ts'
export type { GgufValue } from './format/value-types.ts'

// writing
export { createGguf, GgufWriter } from './format/write-gguf.ts'
export { planGguf, type GgufPlan } from './format/plan-gguf.ts'

// LoRA adapters
export { readLoraFile, writeLoraFile, type LoraFile, type LoraMatrix } from './lora/lora-file.ts'
export { checkLoraKind, loraTargets } from './lora/lora-kind.ts'
export { loraReach } from './lora/lora-reach.ts'
export { decodeFloats } from './lora/half-floats.ts'

// what a context takes
export {
  cacheBytesPerToken,
  contextBytesPerToken,
  figureOf,
  figuresOf,
  memoryAt,
  type Figures,
} from './context-size.ts'
