// merging one tensor, in chunks or whole
export { mergeArrays, startMerge, type MergeSettings } from './start-merge.ts'
export type { Chunk, TensorInputs } from './tensor/tensor-merge.ts'
export { isMethodName, methodNamed, methodNames, methods, type MethodName } from './methods/index.ts'
export type { MethodDefinition } from './method/method.ts'
export { tellSettings } from './method/tell-settings.ts'
export type { ParameterValues } from './method/parameters.ts'
export { seededMasks } from './kernels/random.ts'
export { findNonFinite } from './kernels/finite.ts'
export { MergeError, type MergeErrorCode } from './errors/merge-error.ts'

// planning a whole model
export { agreeOnSize, cropMatrix } from './planning/agree-size.ts'
export { planChunks } from './planning/plan-chunks.ts'
export { planLayers, type PlannedLayer } from './planning/plan-layers.ts'
export {
  depthOf,
  resolveFirst,
  resolveSetting,
  type FilteredSetting,
  type ParameterLeaf,
  type ParameterSetting,
} from './planning/resolve-parameter.ts'
export { filterNames, inLayer, isVocabularyTensor, placeOf } from './planning/tensor-names.ts'
export { alignRows, isSameVocabulary, planVocabulary, type VocabularyPlan } from './planning/vocabulary.ts'

// comparing
export { TensorComparison, type Likeness } from './compare.ts'

// LoRA
export { addLora, deltaOf, loraScale, type LoraFactors, type ScaledLora } from './lora/lora.ts'
export { combineToRank, concatenate } from './lora/combine-exactly.ts'
export { combineAsPeft, combineDeltasAsPeft } from './lora/combine-peft.ts'
export { combineAdapters, type Adapter, type LoraCombination } from './lora/combine-adapters.ts'
export { loraMethodNamed, loraMethodNames, loraMethods } from './lora/methods.ts'
export { extractLora, type TunedTensor } from './lora/extract.ts'
export type { SvdTarget } from './linear-algebra/svd.ts'

// control vectors
export { findDirection, type DirectionMethod, type StatePair } from './control/directions.ts'
