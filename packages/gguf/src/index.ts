// what a file says of itself
export {
  headerLimits,
  readGgufHeader,
  type GgufHeader,
  type MetadataValue,
  type TensorInfo,
} from './read-header.ts'
export { describeModel, type ModelSummary } from './describe-model.ts'
export { GgufError } from './gguf-error.ts'

// files of the models folders
export { createModelLister, type ListedModel, type ModelList } from './list-models.ts'
