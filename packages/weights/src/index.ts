// making files of weights
export { openMakers, type Makers, type MakersOptions } from './open-makers.ts'
export type { ModelMaker, SaveModelOptions } from './merging/make-model.ts'
export type { LoraMaker, LoraReport } from './loras/make-lora.ts'
export type { HeldFile, WorkOptions } from './made/made-files.ts'
export { untilAborted } from './made/until-aborted.ts'

// what nodes do with weights
export { createWeights, type SavedModel, type SaveOptions, type Weights } from './weights.ts'
export type { CompareOptions, ModelLikeness, TensorLikeness } from './compare-models.ts'

// what is in the files they are made of
export { namesOf, type Content } from './sources/contents.ts'
export { StaleFile, whileStale, type SourceFiles, type Sources } from './sources/source-files.ts'
