// merging one tensor, in chunks or whole
export { mergeArrays, startMerge, type MergeSettings } from './start-merge.ts'
export type { Chunk, TensorInputs, TensorMerge } from './tensor-merge.ts'
export { isMethodName, methods, type MethodName } from './methods/index.ts'
export type { MethodDefinition } from './methods/method.ts'
export type { ParameterDefinition, ParameterDefinitions, ParameterValues } from './parameters.ts'
export { seededMasks, type DrawMask } from './kernels/random.ts'
export { findNonFinite } from './kernels/finite.ts'
export { MergeError, type MergeErrorCode } from './merge-error.ts'

// planning a whole model
export { agreeOnSize, cropMatrix, type MatrixSize } from './agree-size.ts'
export { planChunks } from './plan-chunks.ts'
export { planLayers, type LayerSlice, type PlannedLayer } from './plan-layers.ts'
export {
  depthOf,
  resolveFirst,
  resolveSetting,
  type FilteredSetting,
  type Gradient,
  type ParameterLeaf,
  type ParameterSetting,
} from './resolve-parameter.ts'
export { filterNames, inLayer, isVocabularyTensor, placeOf, type TensorPlace } from './tensor-names.ts'
export {
  alignRows,
  isSameVocabulary,
  planVocabulary,
  type ModelVocabulary,
  type ReadRow,
  type VocabularyChoice,
  type VocabularyPlan,
} from './vocabulary.ts'

// comparing
export { TensorComparison, type Likeness } from './compare.ts'

// LoRA
export { addLora, deltaOf, loraScale, type LoraFactors, type ScaledLora } from './lora/lora.ts'
export { combineToRank, concatenate } from './lora/combine-exactly.ts'
export {
  combineAsPeft,
  combineDeltasAsPeft,
  type PeftMethod,
  type WeightedLora,
} from './lora/combine-peft.ts'
export {
  combineAdapters,
  loraMethods,
  type Adapter,
  type LoraCombination,
  type LoraMethod,
} from './lora/combine-adapters.ts'
export { extractLora, type TunedTensor } from './lora/extract.ts'
export type { SvdTarget } from './linear-algebra/svd.ts'

// control vectors
export { findDirection, type DirectionMethod, type StatePair } from './control/directions.ts'
