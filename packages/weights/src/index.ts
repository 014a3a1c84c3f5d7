// making files of weights
export { openMakers, type Makers } from './open-makers.ts'
export type { ModelMaker } from './merging/make-model.ts'
export type { LoraMaker } from './loras/make-lora.ts'
export type { TrainedLoras } from './loras/trained-loras.ts'
export { settledNames, type BaseCheck } from './loras/base-check.ts'
export type { WorkOptions } from './made/made-files.ts'
export type { MadeElsewhere, Sharing } from './made/sharing.ts'
export { untilAborted } from './made/until-aborted.ts'

// what nodes do with weights
export { createWeights, type SaveOptions, type Weights } from './weights.ts'
export type { TensorLikeness } from './compare-models.ts'

// adapters and models as Hugging Face has them
export { adapterAddress, chooseAdapterFiles, findAdapterFolder } from './imports/peft/adapter-folder.ts'
export {
  checkpointAddress,
  chooseCheckpointFiles,
  listCheckpoint,
} from './imports/checkpoint/checkpoint-folder.ts'

// what is in the files they are made of
export { namesOf, type Content } from './sources/contents.ts'
export { StaleFile, whileStale, type SourceFiles, type Sources } from './sources/source-files.ts'
